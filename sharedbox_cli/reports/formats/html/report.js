"use strict";
// Names come from strangers: they are written with textContent only. All words are in the page.
(async () => {
  const $ = (id) => document.getElementById(id);
  const PAGE = 100, MATRIX = 50;
  const make = (name, text, parent, attributes = {}) => {
    const node = document.createElement(name);
    if (text) node.textContent = text;
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (parent) parent.append(node);
    return node;
  };
  addEventListener("beforeprint", () => {
    for (const one of document.querySelectorAll("section details:not([open])")) { one.open = true; one.dataset.closed = ""; }
  });
  addEventListener("afterprint", () => {
    for (const one of document.querySelectorAll("details[data-closed]")) { one.open = false; delete one.dataset.closed; }
  });

  const encoded = $("data").textContent;
  const root = $("access");
  if (typeof DecompressionStream === "undefined") {
    if (root) $("without-script").textContent = root.dataset.old;
    return;
  }
  let plain;
  try {
    const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    plain = await new Response(stream).arrayBuffer();
  } catch {
    $("verdict").textContent = $("verdict").dataset.other;
    if (root) $("without-script").textContent = root.dataset.broken;
    return;
  }
  if (globalThis.crypto?.subtle) {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", plain));
    const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
    const verdict = $("verdict");
    verdict.textContent = hex === $("sha256").textContent ? verdict.dataset.same : verdict.dataset.other;
  }
  if (!root) return;
  const data = JSON.parse(new TextDecoder().decode(plain));
  const { mailboxes, holders, lines } = data;
  const count = lines.mailbox.length;
  const isMixed = new Set(mailboxes.map((one) => one[1])).size > 1;
  const words = root.dataset;
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key]);
  const number = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, words.group);

  // Search: each text is folded once, and a line matches if its texts together have every word.
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/\u00df/g, "ss");
  const folded = (texts) => texts.map(fold);
  const mailboxTexts = folded(mailboxes.map((one) => `${one[0]} ${one[2]} ${one[1]}`));
  const holderTexts = folded(holders.map((one) => one.join(" ")));
  const columns = [[lines.mailbox, mailboxTexts], [lines.holder, holderTexts]];
  for (const name of ["may", "via", "note"]) columns.push([lines[name], folded(lines[`${name}_texts`])]);
  lines.more.forEach((column, place) => columns.push([column, folded(lines.more_texts[place])]));
  const wordsOf = (text) => fold(text).split(/\s+/).filter(Boolean).slice(0, 30);
  const masks = (texts, wanted) => Int32Array.from(texts, (text) => {
    let mask = 0;
    wanted.forEach((word, place) => { if (text.includes(word)) mask |= 1 << place; });
    return mask;
  });

  let order = Uint32Array.from({ length: count }, (_, place) => place);
  let hits = order, page = 0, sorted = "mailbox", isDown = false, isMatrix = false;

  function sort(key) {
    isDown = sorted === key && !isDown;
    sorted = key;
    const column = lines[key] ?? lines.more[key];
    const keys = Float64Array.from({ length: count }, (_, place) => column[place] * count + place).sort();
    order = Uint32Array.from(keys, (one) => one % count);
    if (isDown) order.reverse();
    for (const button of root.querySelectorAll("[data-sort]")) {
      const head = button.closest("th");
      if (button.dataset.sort === key) head.setAttribute("aria-sort", isDown ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    filter();
  }

  function filter() {
    const any = wordsOf($("f-any").value), all = (1 << any.length) - 1;
    const parts = any.length ? columns.map(([column, texts]) => [column, masks(texts, any)]) : [];
    const only = [["f-mailbox", lines.mailbox, mailboxTexts], ["f-holder", lines.holder, holderTexts]]
      .map(([id, column, texts]) => [wordsOf($(id).value), column, texts])
      .filter(([wanted]) => wanted.length)
      .map(([wanted, column, texts]) => [column, masks(texts, wanted), (1 << wanted.length) - 1]);
    const right = Number($("f-right").value), risk = Number($("f-risk").value), from = $("f-from").value;
    const grant = lines.entry_texts.indexOf("grant"), direct = lines.via_texts.indexOf("");
    const kept = new Uint32Array(count);
    let found = 0;
    for (const line of order) {
      if (right && !(lines.rights[line] & right)) continue;
      if (risk && !(lines.risks[line] & risk)) continue;
      if (from && (lines.entry[line] !== grant ? "other" : lines.via[line] === direct ? "direct" : "group") !== from) continue;
      let isKept = true;
      for (const [column, known, wanted] of only) if (known[column[line]] !== wanted) { isKept = false; break; }
      if (!isKept) continue;
      if (parts.length) {
        let mask = 0;
        for (const [column, known] of parts) mask |= known[column[line]];
        if (mask !== all) continue;
      }
      kept[found++] = line;
    }
    hits = kept.subarray(0, found);
    page = 0;
    show();
  }

  function link(parent, kind, place) {
    const a = make("a", "", parent, { href: `#${kind}${place}` });
    const one = kind === "m" ? mailboxes[place] : holders[place];
    make("bdi", kind === "m" ? one[0] : one[1] || one[0], a);
    const more = kind === "m" ? (isMixed ? [one[1]] : []) : [one[1] && one[0], one[3] && `[${one[3]}]`];
    for (const text of more) if (text) { parent.append(" "); make("bdi", text, parent); }
  }

  function cells(row, line) {
    make("td", lines.may_texts[lines.may[line]], row);
    make("bdi", lines.via_texts[lines.via[line]], make("td", "", row));
    const note = make("td", "", row);
    for (const mark of lines.note_texts[lines.note[line]].split(", ")) {
      if (mark) { make("bdi", mark, note, { class: "mark" }); note.append(" "); }
    }
    lines.more.forEach((column, place) => {
      const text = lines.more_texts[place][column[line]];
      make("bdi", text, make("td", "", row, text.length <= Number(words.short) ? { class: "short" } : {}));
    });
  }

  function show() {
    const values = { count: number(hits.length), all: number(count) };
    $("hits").textContent = fill(hits.length === 1 ? words.one : hits.length ? words.many : words.none, values);
    $("result").hidden = isMatrix || !hits.length;
    $("matrix").hidden = !isMatrix || !hits.length;
    if (isMatrix) matrix();
    const pages = Math.max(1, Math.ceil(hits.length / PAGE));
    const body = document.createDocumentFragment();
    for (const line of isMatrix ? [] : hits.subarray(page * PAGE, (page + 1) * PAGE)) {
      const row = make("tr", "", body);
      link(make("th", "", row, { scope: "row" }), "m", lines.mailbox[line]);
      link(make("td", "", row), "p", lines.holder[line]);
      cells(row, line);
    }
    $("result").querySelector("tbody").replaceChildren(body);
    $("where").textContent = fill(words.page, { page: number(page + 1), pages: number(pages) });
    $("where").parentElement.hidden = isMatrix || pages === 1;
    $("previous").disabled = page === 0;
    $("next").disabled = page + 1 >= pages;
  }

  function most(column) {
    const counts = new Map();
    for (const line of hits) counts.set(column[line], (counts.get(column[line]) ?? 0) + 1);
    const kept = [...counts].sort((one, two) => two[1] - one[1] || one[0] - two[0]).slice(0, MATRIX).map(([place]) => place);
    return [kept.sort((one, two) => one - two), counts.size];
  }

  function matrix() {
    const [boxes, allboxes] = most(lines.mailbox), [people, allpeople] = most(lines.holder);
    const cellOf = new Map();
    for (const line of hits) {
      const key = lines.holder[line] * mailboxes.length + lines.mailbox[line];
      cellOf.set(key, (cellOf.get(key) ?? 0) | lines.rights[line]);
    }
    const table = $("matrix").querySelector("table"), head = document.createDocumentFragment();
    const top = make("tr", "", head);
    make("th", document.querySelector("[data-sort=holder]").textContent, top, { scope: "col" });
    for (const place of boxes) link(make("th", "", top, { scope: "col" }), "m", place);
    const body = document.createDocumentFragment();
    for (const holder of people) {
      const row = make("tr", "", body);
      link(make("th", "", row, { scope: "row" }), "p", holder);
      for (const place of boxes) {
        const mask = cellOf.get(holder * mailboxes.length + place) ?? 0;
        make("td", lines.letters.filter((_, bit) => mask & (1 << bit)).join(" "), row);
      }
    }
    table.tHead.replaceChildren(head);
    table.tBodies[0].replaceChildren(body);
    const values = { people: number(people.length), allpeople: number(allpeople), boxes: number(boxes.length), allboxes: number(allboxes) };
    const isPart = people.length < allpeople || boxes.length < allboxes;
    $("matrix-part").textContent = isPart ? ` \u00b7 ${fill(words.matrix, values)}` : "";
  }

  // The page of a person that is not in the file is made when it is opened.
  let linesOf;
  function person(place) {
    if (!linesOf) {
      linesOf = holders.map(() => []);
      lines.holder.forEach((holder, line) => linesOf[holder].push(line));
    }
    const one = holders[place];
    const section = make("section", "", null, { class: "entry card", id: `p${place}` });
    $("made").after(section);
    const heading = make("h3", "", section);
    make("bdi", one[1] || one[0], heading);
    for (const text of [one[1] && one[0], one[3] && `[${one[3]}]`]) {
      if (text) { heading.append(" "); make("bdi", text, heading, { class: "quiet" }); }
    }
    const table = make("table", "", section);
    make("caption", fill(words.person, { name: `${one[1]} ${one[0]}` }), table, { class: "unseen" });
    const head = make("tr", "", make("thead", "", table)), body = make("tbody", "", table);
    const more = [...root.querySelectorAll("#result [data-sort]")].slice(5).map((button) => button.textContent);
    for (const text of [...words.headers.split("|"), ...more]) make("th", text, head, { scope: "col" });
    for (const line of linesOf[place]) {
      const row = make("tr", "", body);
      link(make("th", "", row, { scope: "row" }), "m", lines.mailbox[line]);
      cells(row, line);
    }
    return section;
  }

  function go() {
    const found = /^#([pm])(\d+)$/.exec(location.hash);
    if (!found || found[1] === "p" && Number(found[2]) >= holders.length) return;
    const section = $(location.hash.slice(1)) ?? (found[1] === "p" && person(Number(found[2])));
    if (!section) return;
    const heading = section.querySelector("h3");
    heading.tabIndex = -1;
    arrive(section, 10);
    heading.focus({ preventScroll: true });
  }

  // What is not on the screen has an estimated height until it is reached, so the place is looked up again.
  function arrive(section, frames) {
    section.scrollIntoView();
    if (frames > 0) requestAnimationFrame(() => arrive(section, frames - 1));
  }

  $("without-script").remove();
  $("search").hidden = false;
  for (const one of document.querySelectorAll(".only-script")) one.hidden = false;
  for (const one of root.querySelectorAll("input, select")) one.addEventListener("input", filter);
  for (const one of root.querySelectorAll("[data-sort]")) one.addEventListener("click", () => sort(one.dataset.sort));
  $("f-reset").addEventListener("click", () => {
    for (const one of root.querySelectorAll("input")) one.value = "";
    for (const one of root.querySelectorAll("select")) one.selectedIndex = 0;
    filter();
  });
  $("f-matrix").addEventListener("click", (event) => {
    isMatrix = !isMatrix;
    event.target.setAttribute("aria-pressed", String(isMatrix));
    show();
  });
  for (const [id, step] of [["previous", -1], ["next", 1]]) {
    $(id).addEventListener("click", () => { page += step; show(); $("result").focus(); });
  }
  for (const one of document.querySelectorAll("a[data-risk]")) {
    one.addEventListener("click", () => {
      const choice = root.querySelector(`option[data-risk="${one.dataset.risk}"]`);
      $("f-risk").value = choice.value;
      filter();
    });
  }
  filter();
  addEventListener("hashchange", go);
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", go);
  else go();
})();
