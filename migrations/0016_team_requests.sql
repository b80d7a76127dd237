ALTER TABLE "teams" ADD COLUMN "request_key" text;--> statement-breakpoint
CREATE UNIQUE INDEX "teams_request_key" ON "teams" USING btree ("request_key");