/* Projects of accounts, and what clients are told to poll. */
#include "stores/table.h"

#include "base/text.h"

static const struct column project_columns[] = {
	TEXT(project, id),
	TEXT(project, account, STAYS),
	TEXT(project, name),
	TEXT(project, region),
	TEXT(project, description),
	INT64(project, created_at, STAYS),
};
static const struct table project_table = {
	.name = "project",
	.columns = project_columns,
	.n_columns = COUNT_OF(project_columns),
	.n_key = 1,
	.row_size = sizeof(struct project),
	.slot = SLOT_PROJECT_GET,
};

static const struct column client_job_columns[] = {
	TEXT(client_job, id),
	TENANT(client_job),
	TEXT(client_job, service),
	TEXT(client_job, type),
	TEXT(client_job, instance),
	TEXT(client_job, disk),
	BOOL(client_job, batch),
	TEXT(client_job, jobs),
	INT64(client_job, created_at, STAYS),
};
static const struct table client_job_table = {
	.name = "client_job",
	.columns = client_job_columns,
	.n_columns = COUNT_OF(client_job_columns),
	.n_key = 1,
	.row_size = sizeof(struct client_job),
	.slot = SLOT_CLIENT_JOB_GET,
};

bool project_get(struct txn *txn, const char *id, struct project *ret)
{
	return table_get(txn, &project_table, &id, ret);
}

void project_put(struct txn *txn, const struct project *project)
{
	table_put(txn, &project_table, project);
}

void project_delete(struct txn *txn, const char *id)
{
	table_delete(txn, &project_table, &id);
}

size_t project_list(struct txn *txn, const char *account, struct project **ret)
{
	const struct param params[] = { PARAM_TEXT(account) };
	const struct selection some = {
		.slot = SLOT_PROJECT_LIST,
		.rest = "WHERE account = $1 ORDER BY created_at, id",
		.params = params,
		.n_params = COUNT_OF(params),
	};
	size_t n;

	*ret = table_select(txn, &project_table, &some, &n);
	return n;
}

bool client_job_get(struct txn *txn, const char *id, struct client_job *ret)
{
	return table_get(txn, &client_job_table, &id, ret);
}

void client_job_put(struct txn *txn, const struct client_job *job)
{
	table_put(txn, &client_job_table, job);
}

size_t client_job_purge(struct txn *txn, int64_t before, int64_t limit)
{
	const struct param params[] = { PARAM_NUMBER(before), PARAM_NUMBER(limit) };

	return (size_t)table_run(txn, SLOT_CLIENT_JOB_PURGE,
	                         "DELETE FROM client_job WHERE id IN (SELECT c.id FROM client_job AS c"
	                         " WHERE c.created_at < $1 AND NOT EXISTS (SELECT 1 FROM job"
	                         " WHERE c.jobs LIKE '%' || job.id || '%') ORDER BY c.created_at LIMIT $2)",
	                         params, COUNT_OF(params));
}
