CREATE TABLE "database_readers" (
	"database_id" bigint PRIMARY KEY NOT NULL,
	"password_sealed" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "query_executions" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "query_executions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"database_id" bigint NOT NULL,
	"team_id" integer NOT NULL,
	"user_id" integer NOT NULL,
	"key_id" integer NOT NULL,
	"question" text NOT NULL,
	"status" text NOT NULL,
	"sql" text,
	"statement_class" text,
	"translator" text,
	"confidence" double precision,
	"error_code" text,
	"error_message" text,
	"row_count" integer,
	"affected_rows" bigint,
	"duration_ms" integer,
	"lease_until" timestamp (3) with time zone,
	"confirm_hash" text,
	"confirm_until" timestamp (3) with time zone,
	"request_key" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"finished_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "database_readers" ADD CONSTRAINT "database_readers_database_id_databases_id_fk" FOREIGN KEY ("database_id") REFERENCES "public"."databases"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "query_executions" ADD CONSTRAINT "query_executions_database_id_databases_id_fk" FOREIGN KEY ("database_id") REFERENCES "public"."databases"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "query_executions" ADD CONSTRAINT "query_executions_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "query_executions" ADD CONSTRAINT "query_executions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "query_executions_request_key" ON "query_executions" USING btree ("request_key");--> statement-breakpoint
CREATE INDEX "query_executions_team_newest" ON "query_executions" USING btree ("team_id","id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "query_executions_database_newest" ON "query_executions" USING btree ("database_id","id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "query_executions_held" ON "query_executions" USING btree ("database_id","lease_until") WHERE "query_executions"."lease_until" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "query_executions_recent" ON "query_executions" USING btree ("user_id","created_at");--> statement-breakpoint
CREATE INDEX "query_executions_age" ON "query_executions" USING btree ("created_at");