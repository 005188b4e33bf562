/* executor-contract.h: what every executor promises, as test cases
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One list of cases, registered for each executor: /executor/threads/cancel-running and so on.
 * Jobs are those of contract-verbs.h.  A room with an executor of its own runs the same cases. */
#pragma once

#include "app/exec/executor.h"

G_BEGIN_DECLS

typedef enum
{
  CONTRACT_IN_PROCESS = 1 << 0, /* jobs can run jobs on the executor they run under */
  CONTRACT_RETRIES = 1 << 1,    /* a job whose helper died is tried again */
  CONTRACT_ONE_JOB = 1 << 2,    /* never more than one at once */
  CONTRACT_NO_FD = 1 << 3,      /* descriptors cannot come along */
} ContractFlags;

/**
 * Contract:
 * @nick: for the names of the cases
 * @create: (nullable): makes a fresh executor of @n_jobs; %NULL: sheaf_executor_create(@nick)
 * @data: for @create
 * @many: how many tiny jobs the case "many" runs; 0 for 10000
 */
typedef struct
{
  const char *nick;
  ContractFlags flags;
  SheafExecutor *(*create) (guint n_jobs, gpointer data);
  gpointer data;
  guint many;
} Contract;

/* Registers every case for @contract, which must live as long as the program. */
void executor_contract_add (const Contract *contract);

G_END_DECLS
