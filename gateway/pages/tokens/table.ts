/** Tokens as a table; with what may be done to each where the caller may do it. */
import { button, element, moment, table } from './dom.ts'
import type { Token } from './ask.ts'

export interface Actions {
  rotate(token: Token): Promise<void>
  revoke(token: Token): Promise<void>
}

const isGood = ({ status }: Token): boolean => status === 'ACTIVE' || status === 'ROTATED'

export function tokenTable(tokens: readonly Token[], actions: Actions | null): HTMLElement {
  if (tokens.length === 0) return element('p', { class: 'hint' }, 'No tokens were issued.')
  const heads = [
    'Name',
    'Subject',
    'Token',
    'Status',
    'Expires',
    'Last used',
    'Requests',
    'From',
    'Scopes',
  ]
  const rows = tokens.map((token) =>
    element(
      'tr',
      { 'data-token': token.id },
      element('td', {}, token.name),
      element('td', {}, token.subject),
      element('td', { class: 'code', title: token.id }, `…${token.lastFour}`),
      element('td', {}, element('span', { class: `status ${token.status}` }, token.status)),
      element('td', { class: 'number' }, moment(token.expiresAt)),
      element('td', { class: 'number' }, moment(token.lastUsedAt)),
      element('td', { class: 'number' }, String(token.uses)),
      element('td', { class: 'code' }, token.addresses?.join(', ') ?? 'anywhere'),
      element('td', { class: 'code' }, scopesOf(token)),
      ...(actions === null ? [] : [actionsCell(token, actions)]),
    ),
  )
  return table(actions === null ? heads : [...heads, ''], rows)
}

const scopesOf = ({ scopes }: Token): string =>
  scopes === null ? 'all of the plan' : scopes.length === 0 ? 'none' : scopes.join(', ')

function actionsCell(token: Token, actions: Actions): HTMLElement {
  const cell = element('td', { class: 'actions' })
  if (token.status === 'ACTIVE') cell.append(button('Rotate', () => actions.rotate(token)))
  if (isGood(token)) cell.append(button('Revoke', () => actions.revoke(token)))
  return cell
}
