import { createRowLink, createTextFieldLink, textFieldLinkFields } from "../../links/contract.ts";
import { newLink } from "../../links/new-link.ts";
import { rowTarget, textTarget } from "../../links/service.ts";
import { answerOf, bodyOf, tool } from "./tool.ts";

/** The tools that hand a row or a text to a person: the same links as over REST. */
export const openRowTool = tool({
  name: "open_row",
  title: "Open a row for a person",
  description:
    "Make a short-lived link to a page where a person can read and edit one row and see its earlier versions. Give them viewer_url.",
  effect: "adds",
  // A copy, for the body itself has a name, which a schema that stands alone cannot refer to.
  input: bodyOf(createRowLink).extend({}),
  output: answerOf(createRowLink),
  prepare: (input, maker) => newLink(rowTarget(input), maker),
});

export const openTextFieldTool = tool({
  name: "open_text_field",
  title: "Open a text for a person",
  description:
    "Make a short-lived link to a page that shows one text of a row (Markdown rendered, code highlighted) and lets a person edit it. The row is named by id, or by a filter that matches it alone. Give them viewer_url.",
  effect: "adds",
  input: bodyOf(createTextFieldLink),
  plainInput: textFieldLinkFields,
  output: answerOf(createTextFieldLink),
  prepare: (input, maker) => newLink(textTarget(input), maker),
});
