import { scopes } from "../../polykomos/scopes.ts";

/** Guides for people, in Markdown. Their shell examples are run in a test. */
export function traditionalGuide(origin: string): string {
  return `Your framework needs one thing: a connection string. This guide gets one, hands it to the usual
frameworks, and gives every CI run a fresh database.

## Get a database

\`\`\`sh
curl -sS "${origin}/api/v1/databases?wait=true" \\
  -H "Authorization: Bearer $POLYKOMOS_KEY" \\
  -H "Idempotency-Key: $(uuidgen)" \\
  -H "Content-Type: application/json" \\
  -d '{"name":"my-app","db_type":"postgres"}'
\`\`\`

The answer's \`connection_string\` works as it stands. It is ready when you have it: Polykomos has logged
in with it before it answers.

## Hand it to your framework

Put the string into the environment as \`DATABASE_URL\`.

| framework       | where it goes                                                                     |
| --------------- | --------------------------------------------------------------------------------- |
| Rails           | \`DATABASE_URL\` is read as it is                                                   |
| Django          | \`dj_database_url.parse(os.environ["DATABASE_URL"])\` in \`DATABASES\`                |
| Laravel         | \`DB_URL=\${DATABASE_URL}\` in \`.env\`                                               |
| Prisma          | \`url = env("DATABASE_URL")\` in the \`datasource\`                                   |
| Node.js         | \`new pg.Pool({ connectionString: process.env.DATABASE_URL })\`                     |
| Spring Boot     | \`spring.datasource.url=jdbc:postgresql://HOST:PORT/NAME\` with user and password   |
| Go              | \`sql.Open("pgx", os.Getenv("DATABASE_URL"))\`                                      |

Mind the number of connections: \`quotas\` of the database says how many the server lets in. Keep your
pool below it.

## A fresh database for each CI run

Name it after the run, and let it go by itself if the job is killed:

\`\`\`sh
CREATED=$(curl -sS --fail-with-body "${origin}/api/v1/databases?wait=true" \\
  -H "Authorization: Bearer $POLYKOMOS_KEY" \\
  -H "Idempotency-Key: $(uuidgen)" \\
  -H "Content-Type: application/json" \\
  -d "{\\"name\\":\\"ci-\${CI_RUN_ID:-1}\\",\\"ttl_seconds\\":3600}")
DATABASE_UUID=$(echo "$CREATED" | sed -n 's/.*"uuid":"\\([^"]*\\)".*/\\1/p')
export DATABASE_URL=$(echo "$CREATED" | sed -n 's/.*"connection_string":"\\([^"]*\\)".*/\\1/p')

# your migrations and tests run here

curl -sS --fail-with-body -X DELETE "${origin}/api/v1/databases/$DATABASE_UUID" \\
  -H "Authorization: Bearer $POLYKOMOS_KEY" \\
  -H "Idempotency-Key: $(uuidgen)"
\`\`\`

A job that is retried finds its name taken, 409 with \`details.existing_uuid\`, unless it sends the same
\`Idempotency-Key\`: then it is answered with the database of its first try.

In GitHub Actions, as a step of a job:

\`\`\`yaml
- name: Test against a fresh database
  env:
    POLYKOMOS_KEY: \${{ secrets.POLYKOMOS_KEY }}
    CI_RUN_ID: \${{ github.run_id }}-\${{ github.run_attempt }}
  run: ./ci/with-database.sh
\`\`\`

## Keep schemas in one place

A [blueprint](${origin}/api#blueprints) is an SQL script with variables that is checked before it is kept and
applied at creation: pass \`blueprint_uuid\` when you create a database, and it is only \`active\` when the
schema stands.
`;
}

export function agentsGuide(origin: string): string {
  return `Agents make mistakes, retry, and lose track of what they have done. Polykomos is made so that none of
this does harm.

## Give the agent one document

[${origin}/api/llms.md](${origin}/api/llms.md) is all an agent needs: what the product is, how to call it, what the
errors mean. Every example in it is run in our tests.

## Give it a key of its own

A key's scopes say what it may do: ${scopes.map((scope) => `\`${scope}\``).join(", ")}.
Its controls say how much and from where: requests a minute and a month, addresses, and after how many quiet days it ends.
An agent that only reads needs \`databases:read\` alone.

## Let retries be harmless

Every write takes an \`Idempotency-Key\`. Derive it from the task, not from the attempt: an agent that
starts over then sends the same key, and the database that it made before is the answer.

\`\`\`sh
KEY=$(printf 'task-%s' "\${TASK_ID:-42}" | sha256sum |
  sed -E 's/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/\\1-\\2-4\\3-8\\4-\\5/')
for attempt in 1 2; do
  curl -sS --fail-with-body "${origin}/api/v1/databases?wait=true" \\
    -H "Authorization: Bearer $POLYKOMOS_KEY" -H "Idempotency-Key: $KEY" \\
    -H "Content-Type: application/json" -d '{"name":"agent-scratch","ttl_seconds":86400}'
done
\`\`\`

## Keep what it does small

- \`ttl_seconds\` makes a database that goes by itself.
- Quotas are held by the engine: an agent that writes without end is refused, and can still delete.
- \`dry_run\` rehearses a blueprint on the real database without changing it.
- \`GET ${origin}/api/v1/operations\` shows what was done, step by step.

## Data is not instructions

What is read from a database may have been written by anyone. Tell the agent so, and do not let rows
decide which tools it calls.
`;
}
