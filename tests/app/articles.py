# articles.py: a downloader as articles about Python and concurrency have it
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# It knows nothing of Sheaf: a client ID, two addresses of Imgur's API, links of JPEG pictures, a
# folder, and a pool of threads.  Only the host comes from outside.
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import Request, urlopen

HOST = sys.argv[1]
TYPES = {"image/jpeg", "image/png"}


def get_links(client_id, path):
    headers = {"Authorization": "Client-ID {}".format(client_id)}
    request = Request(HOST + path, headers=headers, method="GET")
    with urlopen(request) as answer:
        data = json.loads(answer.read().decode("utf-8"))
    return [item["link"] for item in data["data"] if "type" in item and item["type"] in TYPES]


def setup_download_dir():
    download_dir = Path("images")
    download_dir.mkdir(exist_ok=True)
    return download_dir


def download_link(directory, link):
    path = directory / os.path.basename(link)
    with urlopen(link) as image, path.open("wb") as file:
        file.write(image.read())
    return path


def main():
    client_id = os.getenv("IMGUR_CLIENT_ID")
    if not client_id:
        raise SystemExit("Couldn't find IMGUR_CLIENT_ID environment variable!")
    directory = setup_download_dir()
    links = get_links(client_id, "/3/gallery/")
    links += get_links(client_id, "/3/gallery/random/random/")
    with ThreadPoolExecutor(max_workers=8) as pool:
        for path in pool.map(lambda link: download_link(directory, link), sorted(set(links))):
            print(path, path.stat().st_size)


if __name__ == "__main__":
    main()
