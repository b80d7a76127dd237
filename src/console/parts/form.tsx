import { newUuid } from "../../lib/ids.ts";
import type { HtmlContent } from "../html.ts";
import { type Problem, problemAt } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { Panel } from "./page.tsx";

/**
 * A form that posts. It carries the session's token, and a name for what it asks for, so that sending
 * it twice does it once. `swap`: with script, only the element of that id is replaced by the answer.
 */
export function Form(props: {
  visit: Pick<Visit, "formToken">;
  action: string;
  class?: string;
  swap?: string;
  label?: string;
  /** The answer is a file, so the page stays. */
  download?: boolean;
  children?: HtmlContent;
}) {
  return (
    <form
      method="post"
      action={props.action}
      class={props.class}
      data-swap={props.swap}
      data-download={props.download ? "" : undefined}
      aria-label={props.label}
    >
      <input type="hidden" name="form_token" value={props.visit.formToken} />
      <input type="hidden" name="request" value={newUuid()} />
      {props.children}
    </form>
  );
}

type FieldProps = {
  name: string;
  label: string;
  hint?: HtmlContent;
  problem?: Problem | null | undefined;
  /** The field of the API, where it has another name. */
  field?: string;
};

/** What is wrong with the field; `null` when nothing is. */
function wrongWith({ problem, field, name }: FieldProps): string | null {
  return problemAt(problem, field ?? name);
}

function FieldFrame(props: FieldProps & { id: string; children?: HtmlContent }) {
  const wrong = wrongWith(props);
  return (
    <div class={wrong ? "field wrong" : "field"}>
      <label for={props.id}>{props.label}</label>
      {props.hint ? (
        <p class="hint" id={`${props.id}-hint`}>
          {props.hint}
        </p>
      ) : null}
      {props.children}
      {wrong ? (
        <p class="problem" id={`${props.id}-problem`}>
          {wrong}
        </p>
      ) : null}
    </div>
  );
}

/** Ties an input to its hint and its problem, for those who hear the page. */
function aria(id: string, props: FieldProps) {
  const isWrong = wrongWith(props) !== null;
  const parts = [...(props.hint ? [`${id}-hint`] : []), ...(isWrong ? [`${id}-problem`] : [])];
  return {
    "aria-invalid": isWrong ? ("true" as const) : undefined,
    "aria-describedby": parts.length > 0 ? parts.join(" ") : undefined,
  };
}

/** One line of text. */
export function TextField(
  props: FieldProps & {
    value?: string;
    type?: "text" | "password" | "email" | "number" | "date";
    required?: boolean;
    placeholder?: string;
    min?: string;
    max?: string;
    step?: string;
    maxlength?: number;
    autocomplete?: string;
    autofocus?: boolean;
    mono?: boolean;
  },
) {
  const id = `field-${props.name}`;
  return (
    <FieldFrame {...props} id={id}>
      <input
        id={id}
        name={props.name}
        type={props.type ?? "text"}
        value={props.value ?? ""}
        required={props.required}
        placeholder={props.placeholder}
        min={props.min}
        max={props.max}
        step={props.step}
        maxlength={props.maxlength}
        autocomplete={props.autocomplete ?? "off"}
        autofocus={props.autofocus}
        spellcheck={false}
        autocapitalize="off"
        class={props.mono ? "mono" : undefined}
        {...aria(id, props)}
      />
    </FieldFrame>
  );
}

/** Several lines of text. A browser drops the first line feed in a textarea, so one stands before it. */
export function AreaField(
  props: FieldProps & { value?: string; rows?: number; required?: boolean; placeholder?: string },
) {
  const id = `field-${props.name}`;
  return (
    <FieldFrame {...props} id={id}>
      <textarea
        id={id}
        name={props.name}
        rows={props.rows ?? 4}
        required={props.required}
        placeholder={props.placeholder}
        spellcheck={false}
        {...aria(id, props)}
      >
        {`\n${props.value ?? ""}`}
      </textarea>
    </FieldFrame>
  );
}

export type Choice = { value: string; name: string };

/** One of a few, in a list that opens. */
export function SelectField(props: FieldProps & { value?: string; choices: readonly Choice[] }) {
  const id = `field-${props.name}`;
  return (
    <FieldFrame {...props} id={id}>
      <select id={id} name={props.name} {...aria(id, props)}>
        {props.choices.map((choice) => (
          <option value={choice.value} selected={choice.value === props.value}>
            {choice.name}
          </option>
        ))}
      </select>
    </FieldFrame>
  );
}

/** One of a few, all to be seen; or, with `many`, any of them. */
export function ChoiceField(
  props: FieldProps & {
    values: readonly string[];
    choices: readonly (Choice & { hint?: HtmlContent; disabled?: boolean })[];
    many?: boolean;
  },
) {
  const wrong = wrongWith(props);
  return (
    <fieldset class={wrong ? "field wrong" : "field"}>
      <legend>{props.label}</legend>
      {props.hint ? <p class="hint">{props.hint}</p> : null}
      <div class="choices">
        {props.choices.map((choice) => (
          <label class="choice">
            <input
              type={props.many ? "checkbox" : "radio"}
              name={props.name}
              value={choice.value}
              checked={props.values.includes(choice.value)}
              disabled={choice.disabled}
            />
            <span>
              {choice.name}
              {choice.hint ? <small>{choice.hint}</small> : null}
            </span>
          </label>
        ))}
      </div>
      {wrong ? <p class="problem">{wrong}</p> : null}
    </fieldset>
  );
}

/**
 * What was wrong, above the form; said aloud when it comes. Nothing when it is about one of
 * `toldAt`, the fields of the API that tell it themselves.
 */
export function ProblemNote(props: {
  problem: Problem | null | undefined;
  toldAt?: readonly string[];
}) {
  const { problem, toldAt = [] } = props;
  if (!problem || toldAt.includes(problem.field ?? "")) return null;
  return (
    <div class="note bad" role="alert">
      <p>{problem.message}</p>
    </div>
  );
}

/** The end of a form: what sends it, and the way out of it. */
export function FormActions(props: {
  submit: string;
  danger?: boolean;
  leave: string;
  leaveLabel?: string;
}) {
  return (
    <div class="actions">
      <button type="submit" class={props.danger ? "danger" : undefined}>
        {props.submit}
      </button>
      <a class="button quiet" href={props.leave}>
        {props.leaveLabel ?? "Cancel"}
      </a>
    </div>
  );
}

/** Asks once more before what cannot be undone. `fields`: what is to be filled in for that. */
export function ConfirmPanel(props: {
  visit: Pick<Visit, "formToken">;
  title: string;
  action: string;
  submit: string;
  /** The page of the thing, which stays as it is. */
  leave: string;
  fields?: HtmlContent;
  children?: HtmlContent;
}) {
  return (
    <Panel title={props.title} kind="danger">
      <div class="stack">
        <p>{props.children}</p>
        <Form visit={props.visit} action={props.action} label={props.title}>
          {props.fields}
          <FormActions submit={props.submit} danger leave={props.leave} leaveLabel="Keep it" />
        </Form>
      </div>
    </Panel>
  );
}

/** A button that does one thing, with nothing to fill in. */
export function ActionButton(props: {
  visit: Pick<Visit, "formToken">;
  action: string;
  label: HtmlContent;
  about?: string;
  fields?: Record<string, string>;
  kind?: "quiet" | "danger" | "main";
}) {
  return (
    <Form visit={props.visit} action={props.action} class="inline">
      {Object.entries(props.fields ?? {}).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <button type="submit" class={`small ${props.kind ?? "quiet"}`}>
        {props.label}
        {props.about ? <span class="aloud"> {props.about}</span> : null}
      </button>
    </Form>
  );
}
