/** One file of mysql2; the package itself exports its entry alone. */
declare module "mysql2/lib/create_connection.js" {
  import { createConnection } from "mysql2";

  export default createConnection;
}
