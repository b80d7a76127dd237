/**
 * What a check has found. `need`: the deploy would not work, and what to do. `note`: it works, and this
 * is worth knowing. `open`: nobody can tell without the account. `good`: it is as it must be.
 */
export type Finding = {
  level: "need" | "note" | "open" | "good";
  what: string;
  /** What to do; empty where nothing is to be done. */
  todo: string;
};

export function need(what: string, todo: string): Finding {
  return { level: "need", what, todo };
}

export function note(what: string, todo = ""): Finding {
  return { level: "note", what, todo };
}

export function open(what: string, todo: string): Finding {
  return { level: "open", what, todo };
}

export function good(what: string): Finding {
  return { level: "good", what, todo: "" };
}

/** One line a finding. */
export function lineOf({ level, what, todo }: Finding): string {
  return `${level.padEnd(4)}  ${what}${todo === "" ? "" : `: ${todo}`}`;
}
