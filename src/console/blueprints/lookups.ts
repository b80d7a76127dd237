import { getBlueprint } from "../../polykomos/blueprints/contract.ts";
import { isPolykomosFault } from "../../polykomos/dialect.ts";
import type { Visit } from "../visit.ts";
import { type BlueprintView, blueprintPath } from "./wire.ts";

export function idOf({ params }: Visit): { uuid: string } {
  return { uuid: params.uuid ?? "" };
}

export function placeOf({ params }: Visit): string {
  return blueprintPath(params.uuid ?? "");
}

/** The blueprint of the path, or of the id that is given. */
export async function blueprintOf(visit: Visit, params = idOf(visit)): Promise<BlueprintView> {
  return (await visit.ask<{ data: BlueprintView }>(getBlueprint, { params })).body.data;
}

/** `null` where the thing is gone. */
export async function orNull<Value>(work: Promise<Value>): Promise<Value | null> {
  try {
    return await work;
  } catch (error) {
    if (isPolykomosFault(error) && error.code === "not_found") return null;
    throw error;
  }
}
