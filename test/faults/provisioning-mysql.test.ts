import { describe } from "vitest";
import { engineCases } from "../support/two-engines.ts";
import { crashCases } from "./provisioning.ts";

describe.each(engineCases.filter(({ engine }) => engine === "mysql"))("on $engine", crashCases);
