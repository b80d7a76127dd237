CREATE TABLE "database_usage" (
	"database_id" bigint PRIMARY KEY NOT NULL,
	"storage_bytes" bigint NOT NULL,
	"connections" integer NOT NULL,
	"needs_detail" boolean DEFAULT false NOT NULL,
	"warned_pct" integer DEFAULT 0 NOT NULL,
	"is_over" boolean DEFAULT false NOT NULL,
	"over_since" timestamp (3) with time zone,
	"measured_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pool_claims" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "pool_claims_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"engine" text NOT NULL,
	"region" text NOT NULL,
	"is_hit" boolean NOT NULL,
	"claimed_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pools" (
	"engine" text NOT NULL,
	"region" text NOT NULL,
	"hits" bigint DEFAULT 0 NOT NULL,
	"misses" bigint DEFAULT 0 NOT NULL,
	"rate_per_second" double precision DEFAULT 0 NOT NULL,
	"counted_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "pools_engine_region_pk" PRIMARY KEY("engine","region")
);
--> statement-breakpoint
CREATE TABLE "storage_checks" (
	"server_id" integer PRIMARY KEY NOT NULL,
	"begun_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "database_usage" ADD CONSTRAINT "database_usage_database_id_databases_id_fk" FOREIGN KEY ("database_id") REFERENCES "public"."databases"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "storage_checks" ADD CONSTRAINT "storage_checks_server_id_fleet_servers_id_fk" FOREIGN KEY ("server_id") REFERENCES "public"."fleet_servers"("id") ON DELETE no action ON UPDATE no action;