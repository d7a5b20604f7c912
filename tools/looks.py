"""What is wrong with how a page looks, as far as a machine can see it: width, axe, what is cut, what covers what, what hides the focus.

For the gallery (`tools/screenshots.py`) and for tests; `page` is one of Playwright's, opened with `bypass_csp`.
"""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[1] / "node_modules" / "axe-core" / "axe.min.js"

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

# Words whose letters change their looks side by side axe takes for pictures of an icon font and asks for no contrast: of Devanagari
# one in ten. We have no such font, so on the canvas that it draws letters on all are found alike. `more`: rules that are off by themselves.
# What has no words of its own, or is not drawn, it asks for no contrast either, but finds that out last, after a walk to the root; so
# whether it asks for it at all is looked at only where nothing like it has passed.
# Words in the letters and on the grounds of others that it measured enough contrast for, there or on a page before (`enough`), have
# enough, too: of twenty posts those of one are measured. What had too little, is hidden, is placed on no ground of its own, hangs out of
# it or lies where something beside it is painted is asked for each by itself.
# A link that is told by its style, as by a line under it, is asked for no colours: either is enough.
# `colours`: none of its rules but those about colours.
RUN_AXE = """([more, colours, enough]) => {
  const contrast = axe._audit.rules.find((one) => one.id === 'color-contrast');
  if (!contrast.whole) {
    contrast.whole = contrast.matches;
    contrast.matches = (one) =>
      /^(INPUT|SELECT|TEXTAREA)$/.test(one.nodeName) ||
      ([...one.childNodes].some((each) => each.nodeType === 3 && each.data.trim()) && one.checkVisibility());
  }
  const passed = new Set(enough), grounds = new Map([[null, {beneath: '', dimmed: ''}]]);
  const painted = [...document.body.querySelectorAll('*')].filter((one) => {
    const {backgroundColor, backgroundImage} = getComputedStyle(one);
    return (backgroundColor !== 'rgba(0, 0, 0, 0)' || backgroundImage !== 'none') && one.checkVisibility();
  }).map((one) => [one, one.getBoundingClientRect()]);
  const strays = (one) => {  // out of a ground that it stands on, or where something else is painted
    const {left, right, top, bottom} = one.getBoundingClientRect();
    return painted.some(([other, at]) => other === one || one.contains(other) ? false : other.contains(one)
      ? other !== document.body && (left < at.left - 1 || right > at.right + 1 || top < at.top - 1 || bottom > at.bottom + 1)
      : left < at.right && at.left < right && top < at.bottom && at.top < bottom);
  };
  const ground = (one) => {  // from what nothing shines through on, and all that dims it; `beneath` undefined: placed
    if (grounds.has(one)) return grounds.get(one);
    const {position, backgroundColor, backgroundImage, opacity, filter, mixBlendMode} = getComputedStyle(one);
    const around = ground(one.parentElement), dims = [opacity, filter, mixBlendMode].join();
    const plain = dims === '1,none,normal', own = [backgroundColor, backgroundImage, dims].join();
    const beneath = /static|relative/.test(position) ? around.beneath : undefined;
    const all = {
      beneath: plain && /^rgb\\(.*\\),none,/.test(own) ? own
        : own === 'rgba(0, 0, 0, 0),none,1,none,normal' ? beneath : beneath?.concat('/', own),
      dimmed: plain ? around.dimmed : around.dimmed.concat('/', dims),
    };
    grounds.set(one, all);
    return all;
  };
  const {'color-contrast': check, 'link-in-text-block': link, 'link-in-text-block-style': style} = axe._audit.checks;
  link.whole ??= link.evaluate;
  link.evaluate = function (...asked) {
    const told = style.evaluate.call({...this, relatedNodes() {}, data() {}}, ...asked);
    return told === true ? undefined : link.whole.apply(this, asked);
  };
  check.whole ??= check.evaluate;
  check.evaluate = function (one, options, ...rest) {
    const {color, fontSize, fontWeight, textShadow} = getComputedStyle(one), {beneath, dimmed} = ground(one);
    const letters = beneath !== undefined && !strays(one) && [beneath, dimmed, color, fontSize, fontWeight, textShadow].join(';');
    if (passed.has(letters) || !contrast.whole(one, ...rest)) return true;
    let told;  // without a ratio where it passed because it is not seen
    const well = check.whole.call({...this, data: (said) => this.data((told = said))}, one, options, ...rest);
    if (well && told?.contrastRatio && letters) passed.add(letters);
    return well;
  };
  const data = new Uint8Array(4).fill(1);
  const alike = {canvas: {}, measureText: () => ({width: 30}), fillText() {}, clearRect() {}, getImageData: () => ({data})};
  const {getContext} = HTMLCanvasElement.prototype;
  HTMLCanvasElement.prototype.getContext = () => alike;
  const rules = Object.fromEntries(more.map((one) => [one, {enabled: true}]));
  const ours = axe._audit.rules.filter((one) => one.enabled && one.tags.includes('cat.color')).map((one) => one.id);
  const asked = {resultTypes: ['violations'], rules, runOnly: colours ? {type: 'rule', values: ours} : undefined};
  return axe.run(document, asked).then(({violations}) => ({violations, enough: [...passed]}))
    .finally(() => { HTMLCanvasElement.prototype.getContext = getContext; });
}"""

# What a box hides of its own words: a button, a name or a heading that is wider or taller than what shows it. Words of people
# may end in an ellipsis (names) or after some lines (`line-clamp`); whatever is so is still whole on its own page.
CUT = """() => {
  const seen = (one) => one.checkVisibility({opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true});
  const found = [];
  for (const one of document.body.querySelectorAll('*')) {
    const style = getComputedStyle(one);
    if (!/hidden|clip/.test(style.overflowX + style.overflowY) || !seen(one)) continue;
    if (one.closest('.unseen, .invisible, svg, .skip, .whom')) continue;
    if (style.webkitLineClamp !== 'none' || style.textOverflow === 'ellipsis' || !one.innerText?.trim()) continue;
    if (style.clipPath !== 'none' || one.clientWidth < 2) continue;
    const wide = /hidden|clip/.test(style.overflowX) && one.scrollWidth > one.clientWidth + 5;
    const tall = /hidden|clip/.test(style.overflowY) && one.scrollHeight > one.clientHeight + 1;
    if (wide || tall) found.push(one.outerHTML.slice(0, 120));
  }
  return found;
}"""

# Stacked marks stand above and below the letter: a line of less than 1.35 em clips them, one of Naskh less than 1.4.
TIGHT = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.data, one = walk.currentNode.parentElement;
    const least = /[\\u0600-\\u06ff]/.test(text) ? 1.4 : /[\\u0900-\\u0d7f]/.test(text) ? 1.35 : 0;
    if (!least || one.closest('svg, .avatar, .unseen, script, style, template, option') || !one.checkVisibility()) continue;
    const style = getComputedStyle(one), high = parseFloat(style.lineHeight) / parseFloat(style.fontSize);
    if (high && high < least - .01) found.push(`${high.toFixed(2)}: ${text.trim().slice(0, 60)}`);
  }
  return found;
}"""

# Words that lie on other words. Only where both stand in the flow of the page: bars that stay on the screen lie over it by intention.
OVER = """() => {
  const stays = (one) => { for (; one; one = one.parentElement) if (/fixed|sticky/.test(getComputedStyle(one).position)) return true; };
  const shown = (box, one) => {  // what a box that scrolls or clips hides lies on nothing
    let {left, top, right, bottom} = box;
    for (; one && one !== document.body; one = one.parentElement) {
      const style = getComputedStyle(one), around = one.getBoundingClientRect();
      if (style.overflowX !== 'visible') { left = Math.max(left, around.left); right = Math.min(right, around.right); }
      if (style.overflowY !== 'visible') { top = Math.max(top, around.top); bottom = Math.min(bottom, around.bottom); }
    }
    return {left, top, right, bottom};
  };
  const lines = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode, one = node.parentElement;
    if (!node.data.trim() || one.closest('.unseen, .invisible, svg, script, style, template, select, dialog, .skip')) continue;
    if (!one.checkVisibility({opacityProperty: true, visibilityProperty: true}) || stays(one)) continue;
    const range = document.createRange(); range.selectNodeContents(node);
    for (const box of range.getClientRects())
      if (box.width > 2 && box.height > 2) {
        const text = node.data.trim().slice(0, 40), size = parseFloat(getComputedStyle(one).fontSize);
        lines.push({box: shown(box, one), one, text, size});
      }
  }
  lines.sort((a, b) => a.box.top - b.box.top);
  const found = [];
  lines.forEach((a, at) => {
    for (const b of lines.slice(at + 1)) {
      if (b.box.top > a.box.bottom) break;
      if (a.one === b.one || a.one.contains(b.one) || b.one.contains(a.one)) continue;
      const wide = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const tall = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      if (wide > 2 && tall > .45 * Math.min(a.size, b.size)) found.push(`“${a.text}” on “${b.text}”`);
    }
  });
  return found;
}"""

# WCAG 2.2, 2.4.11: whatever has the focus is not hidden by what stays on the screen. The middle of its first line is looked for.
HIDDEN = """async () => {
  const found = [];
  const takes = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
  for (const one of document.querySelectorAll(takes)) {
    if (!one.checkVisibility({visibilityProperty: true}) || one.disabled || one.matches('[tabindex="-1"]')) continue;
    if (one.closest('.unseen, .skip, dialog, .village')) continue;
    one.focus();
    if (document.activeElement !== one) continue;
    const box = one.getClientRects()[0];
    if (!box || box.width < 2 || box.height < 2) continue;
    const x = Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 2), y = box.top + Math.min(box.height / 2, 20);
    const top = document.elementFromPoint(x, y);
    if (!top) { found.push(`outside: ${one.outerHTML.slice(0, 110)}`); continue; }
    if (one.contains(top) || top.contains(one) || one.labels?.[0]?.contains(top)) continue;
    found.push(`${one.outerHTML.slice(0, 110)} under ${top.outerHTML.slice(0, 60)}`);
  }
  document.activeElement?.blur();
  scrollTo(0, 0);
  return found;
}"""

# Pictures that have come, and whose letters are drawn: both may lie in what is not there.
BROKEN = """() => [...document.images].filter((one) => one.complete && !one.naturalWidth && one.checkVisibility())
  .map((one) => one.outerHTML.slice(0, 120))"""


# What is there, is seen, and where: for rules about anything but colours, a page of which this is the same is the same page.
SHAPE = """() => {
  const shape = [...document.querySelectorAll('*')].map((one) => {
    const {x, y, width, height} = one.getBoundingClientRect();
    return [one.nodeName, one.checkVisibility({opacityProperty: true, visibilityProperty: true}), x, y, width, height];
  }).join();
  const same = shape === window.shapeBefore;
  window.shapeBefore = shape;
  return same;
}"""

ENOUGH: set[str] = set()  # letters and grounds for which axe has measured enough contrast in this process


def axe(page: Page, *more: str, colours: bool = False) -> list[str]:
    """What axe found, with the first place of each; `colours`: by no rules but those about colours.

    Where many pages are looked at, their context brings it (`AXE`).
    """
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE.read_text("utf-8"))
    found: dict[str, Any] = page.evaluate(RUN_AXE, [more, colours, list(ENOUGH)])
    ENOUGH.update(found["enough"])
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]} ({len(one['nodes'])})" for one in found["violations"]]


def axe_day_and_night(page: Page) -> list[str]:
    """What axe found on the page as it stands, by day and by night; each begins with `light` or `dark`.

    Night falls over a page that is there: where nothing but its colours is another by then, only they are looked at again. It ends
    as it began, by day.
    """
    page.emulate_media(color_scheme="light")
    page.evaluate(SHAPE)
    found = [f"light {one}" for one in axe(page)]
    page.emulate_media(color_scheme="dark")
    found += [f"dark {one}" for one in axe(page, colours=page.evaluate(SHAPE))]
    page.emulate_media(color_scheme="light")
    return found


def wrong(page: Page) -> list[str]:
    """All that is wrong with the page as it stands, each as `kind: where`; nothing where it is well."""
    wide: int = page.evaluate(SIDEWAYS)
    found = [f"wide: {wide} px"] if wide > 0 else []
    # WCAG 2.2, 2.5.8: targets of 24 by 24 CSS px or as much room.
    found += [f"axe: {one}" for one in axe(page, "target-size")]
    for kind, script in (("cut", CUT), ("tight", TIGHT), ("over", OVER), ("hidden", HIDDEN), ("broken", BROKEN)):
        found += [f"{kind}: {one}" for one in page.evaluate(script)]
    return found
