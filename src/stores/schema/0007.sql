-- Load balancers and what stands behind them; database instances and who may reach them.

CREATE TABLE load_balancer (
	id TEXT NOT NULL PRIMARY KEY,
	realm TEXT NOT NULL,
	account TEXT NOT NULL,
	scope TEXT NOT NULL,
	region TEXT NOT NULL,
	zone TEXT NOT NULL,
	name TEXT NOT NULL,
	status TEXT NOT NULL,
	address TEXT NOT NULL,
	reach TEXT NOT NULL,
	vpc TEXT NOT NULL,
	vswitch TEXT NOT NULL,
	listeners TEXT NOT NULL,
	health_check INTEGER NOT NULL,
	resource_group TEXT NOT NULL,
	created_at BIGINT NOT NULL
);

CREATE INDEX load_balancer_list ON load_balancer (account, created_at, id);

-- The promise: an instance is once behind a load balancer.
CREATE TABLE backend (
	balancer TEXT NOT NULL,
	instance TEXT NOT NULL,
	account TEXT NOT NULL,
	weight BIGINT NOT NULL,
	description TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (balancer, instance)
);

CREATE INDEX backend_of_instance ON backend (instance);

CREATE TABLE db_instance (
	id TEXT NOT NULL PRIMARY KEY,
	realm TEXT NOT NULL,
	account TEXT NOT NULL,
	scope TEXT NOT NULL,
	region TEXT NOT NULL,
	zone TEXT NOT NULL,
	description TEXT NOT NULL,
	status TEXT NOT NULL,
	engine TEXT NOT NULL,
	engine_version TEXT NOT NULL,
	class TEXT NOT NULL,
	vpc TEXT NOT NULL,
	vswitch TEXT NOT NULL,
	charge_type TEXT NOT NULL,
	resource_group TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL
);

CREATE INDEX db_instance_list ON db_instance (account, region, created_at, id);

CREATE TABLE db_white_list (
	db TEXT NOT NULL,
	name TEXT NOT NULL,
	account TEXT NOT NULL,
	attribute TEXT NOT NULL,
	addresses TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (db, name)
);
