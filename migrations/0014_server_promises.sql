CREATE TABLE "server_promises" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "server_promises_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"server_id" integer NOT NULL,
	"plan" text NOT NULL,
	"databases" integer NOT NULL,
	"default_connections" integer NOT NULL,
	"connections" bigint NOT NULL,
	"default_storage" integer NOT NULL,
	"storage_gb" numeric NOT NULL
);
--> statement-breakpoint
ALTER TABLE "server_promises" ADD CONSTRAINT "server_promises_server_id_fleet_servers_id_fk" FOREIGN KEY ("server_id") REFERENCES "public"."fleet_servers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "server_promises_server" ON "server_promises" USING btree ("server_id");--> statement-breakpoint
CREATE INDEX "blueprint_applications_creation" ON "blueprint_applications" USING btree ("database_id") WHERE "blueprint_applications"."is_for_creation";--> statement-breakpoint
CREATE INDEX "blueprint_applications_failed" ON "blueprint_applications" USING btree ("id") WHERE "blueprint_applications"."status" IN ('failed', 'rolled_back');--> statement-breakpoint
CREATE INDEX "database_usage_detail" ON "database_usage" USING btree ("database_id") WHERE "database_usage"."needs_detail";--> statement-breakpoint
CREATE INDEX "databases_destroyed" ON "databases" USING btree ("server_id","destroyed_at") WHERE "databases"."destroyed_at" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "operations_open" ON "operations" USING btree ("database_id","seq") WHERE "operations"."state" IN ('queued', 'running') OR "operations"."lease_until" IS NOT NULL;