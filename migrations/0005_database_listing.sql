CREATE SEQUENCE "public"."database_listing" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
DROP INDEX "databases_team_newest";--> statement-breakpoint
ALTER TABLE "databases" ADD COLUMN "listing" bigint;--> statement-breakpoint
CREATE INDEX "databases_team_newest" ON "databases" USING btree ("team_id","listing" DESC NULLS LAST) WHERE "databases"."deleted_at" IS NULL;--> statement-breakpoint
UPDATE "databases" SET "listing" = "id" WHERE "team_id" IS NOT NULL;--> statement-breakpoint
SELECT setval('database_listing', (SELECT coalesce(max("id"), 0) + 1 FROM "databases"));
