"""What a browser sees to be wrong with texts on a page: scripts that give a list of faults."""

# References stand apart from the text around them, whichever way that runs.
LOOSE = r"""
() => [...document.querySelectorAll('main *')].flatMap(element =>
    [...element.childNodes]
        .filter(node => node.nodeType === Node.TEXT_NODE
            && /[0-9A-Z]{4,5}-[0-9A-Z]{4,5}-[0-9A-Z]{4}/.test(node.data)
            && !element.closest('bdi, .nrm-reference, .govuk-panel'))
        .map(node => `a reference outside of bdi: ${node.data.trim().slice(0, 80)}`))
"""

# What is cut off, or lies over something else, where a text is longer than it was in English.
CROWDED = r"""
() => {
  const faults = [];
  const ASIDE = '.govuk-visually-hidden, .govuk-skip-link, svg, .nrm-sticky';
  const said = element => element.textContent.trim().slice(0, 50);
  const seen = element => {
    const {width, height} = element.getBoundingClientRect();
    return width > 1 && height > 1 && element.checkVisibility({visibilityProperty: true});
  };
  const wide = document.documentElement.clientWidth;
  for (const element of document.querySelectorAll('body *')) {
    if (!seen(element) || element.closest(ASIDE)) continue;
    const own = [...element.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.data.trim());
    if (!own) continue;
    const style = getComputedStyle(element);
    const cut = ['hidden', 'clip'].includes(style.overflowX) || style.textOverflow === 'ellipsis';
    if (cut && element.scrollWidth > element.clientWidth + 1)
      faults.push(`cut off: ${said(element)}`);
    const {left, right} = element.getBoundingClientRect();
    if ((left < -1 || right > wide + 1) && !element.closest('.nrm-table-region'))
      faults.push(`outside of the page: ${said(element)}`);
  }
  const taps = [...document.querySelectorAll(':is(main, header) :is(a, button, label, input)')]
    .filter(element => seen(element) && !element.closest(ASIDE));
  for (const one of taps) {
    for (const other of taps) {
      if (one === other || one.contains(other) || other.contains(one)) continue;
      if (one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_PRECEDING) continue;
      const named = control => [...(control.labels || [])];
      if (named(one).includes(other) || named(other).includes(one)) continue;
      const lines = [...one.getClientRects()], others = [...other.getClientRects()];
      const over = lines.some(a => others.some(b =>
        Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
        && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 12));
      if (over) faults.push(`${said(one)} lies over ${said(other)}`);
    }
  }
  return faults;
}
"""
