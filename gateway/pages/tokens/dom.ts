/** Elements by function: text is always text, never markup. */
type Child = Node | string

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>>,
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name)
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value)
  made.append(...children)
  return made
}

export function button(label: string, work: () => Promise<void>): HTMLButtonElement {
  const made = element('button', { type: 'button' }, label)
  made.addEventListener('click', () => void work())
  return made
}

export function table(
  heads: readonly string[],
  rows: readonly HTMLElement[],
  attributes: Readonly<Record<string, string>> = {},
): HTMLElement {
  const head = element('tr', {}, ...heads.map((text) => element('th', {}, text)))
  const parts = [element('thead', {}, head), element('tbody', {}, ...rows)]
  return element('div', { class: 'scroll' }, element('table', attributes, ...parts))
}

/** The name is the control's own as well: the text of a label would have the choices of a list in it. */
export function field(label: string, control: HTMLElement): HTMLLabelElement {
  control.setAttribute('aria-label', label)
  return element('label', {}, element('span', {}, label), control)
}

export const moment = (iso: string | null): string =>
  iso === null ? 'never' : iso.slice(0, 16).replace('T', ' ')
