/** The client alone, without the pool and the native driver that the package's entry brings. */
declare module "pg/lib/client.js" {
  import { Client } from "pg";

  export default Client;
}
