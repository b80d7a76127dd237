import type { HtmlContent } from "../html.ts";
import { PageHead } from "../parts/page.tsx";
import type { Visit } from "../visit.ts";
import { operatorPath, peoplePath } from "./wire.ts";

const places = [
  [operatorPath, "Servers and pools"],
  [peoplePath, "Users and teams"],
  [`${operatorPath}/operations`, "Operations"],
  [`${operatorPath}/dead-letters`, "Dead letters"],
  [`${operatorPath}/orphans`, "Orphans"],
] as const;

/** The head of the operator's pages, with the way between them. */
export function OperatorHead(props: {
  visit: Visit;
  title: string;
  lead: HtmlContent;
  children?: HtmlContent;
}) {
  const { pathname } = props.visit.url;
  return (
    <>
      <PageHead title={props.title} lead={props.lead}>
        {props.children}
      </PageHead>
      <nav class="subnav" aria-label="Operator">
        {places.map(([href, name]) => (
          <a href={href} aria-current={pathname === href ? "page" : undefined}>
            {name}
          </a>
        ))}
      </nav>
    </>
  );
}
