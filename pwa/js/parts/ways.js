import { el } from "../dom.js";
import { icon } from "./icon.js";

/** A long address breaks at its joints. @param {string} text */
function joined(text) {
  return text.split(/(?=[@./])/).flatMap((piece) => [el("wbr"), piece]);
}

/** The ways to ask the vendor, which came with the page and so are there without network; null where there is none. */
export function waysToAsk() {
  const { ways } = document.body.dataset;
  if (!ways) return null;
  /** @type {["mail" | "phone" | "globe", string, string][]} */
  const found = JSON.parse(ways);
  return el(
    "ul",
    { class: "ways" },
    ...found.map(([picture, text, address]) =>
      el("li", {}, el("a", { href: address, rel: "noreferrer", translate: "no" }, icon(picture), el("bdi", { dir: "ltr" }, joined(text)))),
    ),
  );
}
