CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE repositories (
	id BIGINT NOT NULL, 
	installation BIGINT NOT NULL, 
	full_name TEXT NOT NULL, 
	swept_at DATETIME, 
	CONSTRAINT pk_repositories PRIMARY KEY (id)
);
CREATE TABLE pull_requests (
	repository_id BIGINT NOT NULL, 
	number INTEGER NOT NULL, 
	head_sha VARCHAR(64) NOT NULL, 
	head TEXT NOT NULL, 
	base TEXT NOT NULL, 
	fork BOOLEAN NOT NULL, 
	opinion JSON, 
	judged_at DATETIME, 
	CONSTRAINT pk_pull_requests PRIMARY KEY (repository_id, number), 
	CONSTRAINT fk_pull_requests_repository_id FOREIGN KEY(repository_id) REFERENCES repositories (id) ON DELETE CASCADE
);
CREATE INDEX ix_pull_requests_repository_id_head_sha ON pull_requests (repository_id, head_sha);
CREATE INDEX ix_pull_requests_repository_id_head ON pull_requests (repository_id, head);
CREATE INDEX ix_pull_requests_repository_id_base ON pull_requests (repository_id, base);
CREATE TABLE checks (
	repository_id BIGINT NOT NULL, 
	sha VARCHAR(64) NOT NULL, 
	name TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	claimed BOOLEAN NOT NULL, 
	changed_at DATETIME NOT NULL, 
	run_id BIGINT, 
	digest TEXT, 
	completed BOOLEAN, 
	CONSTRAINT pk_checks PRIMARY KEY (repository_id, sha, name), 
	CONSTRAINT fk_checks_repository_id FOREIGN KEY(repository_id) REFERENCES repositories (id) ON DELETE CASCADE
);
CREATE TABLE comments (
	repository_id BIGINT NOT NULL, 
	number INTEGER NOT NULL, 
	comment_id BIGINT NOT NULL, 
	digest TEXT NOT NULL, 
	CONSTRAINT pk_comments PRIMARY KEY (repository_id, number), 
	CONSTRAINT fk_comments_repository_id FOREIGN KEY(repository_id) REFERENCES repositories (id) ON DELETE CASCADE
);
CREATE TABLE answers (
	repository_id BIGINT NOT NULL, 
	"key" TEXT NOT NULL, 
	answer TEXT NOT NULL, 
	used_at DATETIME NOT NULL, 
	CONSTRAINT pk_answers PRIMARY KEY (repository_id, "key"), 
	CONSTRAINT fk_answers_repository_id FOREIGN KEY(repository_id) REFERENCES repositories (id) ON DELETE CASCADE
);
CREATE TABLE deliveries (
	guid TEXT NOT NULL, 
	accepted_at DOUBLE NOT NULL, 
	CONSTRAINT pk_deliveries PRIMARY KEY (guid)
)
 WITHOUT ROWID

;
CREATE INDEX ix_deliveries_accepted_at ON deliveries (accepted_at);
CREATE TABLE jobs (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	"key" TEXT NOT NULL, 
	repository BIGINT NOT NULL, 
	target TEXT NOT NULL, 
	delivery TEXT NOT NULL, 
	attempts INTEGER NOT NULL, 
	hints INTEGER NOT NULL, 
	claimed INTEGER, 
	run_at DOUBLE NOT NULL, 
	CONSTRAINT uq_jobs_key UNIQUE ("key")
);
CREATE TABLE dead_jobs (
	id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	repository BIGINT NOT NULL, 
	target TEXT NOT NULL, 
	delivery TEXT NOT NULL, 
	attempts INTEGER NOT NULL, 
	error TEXT NOT NULL, 
	died_at DOUBLE NOT NULL, 
	CONSTRAINT pk_dead_jobs PRIMARY KEY (id), 
	CONSTRAINT uq_dead_jobs_key UNIQUE ("key")
);
INSERT INTO alembic_version VALUES ('0002')
