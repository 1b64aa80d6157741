/**
 * The page of tokens: who one is here, what limits that and how much is left of it, the own tokens and
 * the own log, and for administrators the tokens of all partners, to be issued, rotated and revoked. Asks `/graphql` as whoever looks at it.
 */
import { loadConfig, setToken, switchTo, type PageConfig } from '../playground/session.ts'
import {
  askEverything,
  askOwn,
  createToken,
  revokeToken,
  rotateToken,
  type Own,
  type Plan,
  type Viewer,
} from './ask.ts'
import { button, element, field } from './dom.ts'
import { limitsText, logTable, pointsLeft } from './log.ts'
import './style.css'
import { tokenTable } from './table.ts'

/** Who asks at first in demo mode: the one who sees most of this page. */
const firstIdentity = 'admin'

const main = element('main', {})
/** A new token, until the page shows something else. */
const shown = element('section', { 'aria-live': 'polite' })
const problem = element('p', { role: 'alert' })

async function start(root: HTMLElement): Promise<void> {
  root.append(main)
  await told(async () => {
    const config = await loadConfig()
    root.prepend(header(config))
    if (config.mode !== 'demo') {
      main.replaceChildren(element('p', { class: 'hint' }, 'Give an access token to see its own.'))
      return
    }
    await switchTo(firstIdentity)
    await show()
  })
}

function header(config: PageConfig): HTMLElement {
  return element(
    'header',
    {},
    element('a', { class: 'brand', href: '/tokens' }, 'Isthmus tokens'),
    element('a', { href: '/playground' }, 'Playground'),
    config.mode === 'demo' ? identities(config) : tokenForm(),
  )
}

function identities({ identities: known }: PageConfig): HTMLElement {
  const select = element(
    'select',
    {},
    ...known.map(({ name, label }) => element('option', { value: name }, label)),
  )
  select.value = firstIdentity
  select.addEventListener('change', () => {
    void told(async () => {
      await switchTo(select.value)
      shown.replaceChildren()
      await show()
    })
  })
  return field('Ask as', select)
}

function tokenForm(): HTMLElement {
  const input = element('input', {
    type: 'password',
    autocomplete: 'off',
    placeholder: 'paste an access token',
  })
  const form = element('form', {}, field('Token', input), element('button', {}, 'Use'))
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    setToken(input.value.trim())
    input.value = ''
    shown.replaceChildren()
    void told(show)
  })
  return form
}

/** What goes wrong is said on the page. */
async function told(work: () => Promise<void>): Promise<void> {
  try {
    problem.textContent = ''
    await work()
  } catch (error) {
    problem.textContent = error instanceof Error ? error.message : String(error)
    if (!problem.isConnected) main.replaceChildren(problem)
  }
}

async function show(): Promise<void> {
  main.replaceChildren(problem)
  const own = await askOwn()
  const { viewer } = own
  main.append(about(own), shown)
  if (viewer.scopes.includes('platform:token:read')) await showEverything(viewer)
  else main.append(element('h2', {}, 'Your tokens'), tokenTable(viewer.tokens ?? [], null))
  main.append(element('h2', {}, 'Your log'), logTable(viewer.auditEntries?.nodes ?? null))
}

function about({ viewer, rateLimit }: Own): HTMLElement {
  const { subject, audience, scopes, rowRule, limits } = viewer
  const pair = (name: string, value: string) => [element('dt', {}, name), element('dd', {}, value)]
  return element(
    'dl',
    {},
    ...pair('You are', subject),
    ...pair('Kind', audience.toLowerCase().replaceAll('_', ' ')),
    ...pair('Rows', rowRule ?? 'all'),
    ...pair('Points left', pointsLeft(rateLimit)),
    ...pair('Limits', limitsText(limits)),
    ...pair('Scopes', scopes.length === 0 ? 'none' : scopes.join(', ')),
  )
}

async function showEverything(viewer: Viewer): Promise<void> {
  const { plans, tokens, total } = await askEverything()
  const mayWrite = viewer.scopes.includes('platform:token:write')
  const changed = (work: () => Promise<string | null>) =>
    told(async () => {
      const secret = await work()
      shown.replaceChildren(...(secret === null ? [] : [secretBox(secret)]))
      await show()
    })
  if (mayWrite) main.append(element('h2', {}, 'Issue a token'), createForm(plans, changed))
  main.append(
    element('h2', {}, `Tokens of partners (${total})`),
    tokenTable(
      tokens,
      mayWrite
        ? {
            rotate: ({ id }) => changed(() => rotateToken(id)),
            revoke: ({ id, name }) =>
              confirm(`Revoke "${name}"? Nobody comes in with it any more.`)
                ? changed(async () => {
                    await revokeToken(id)
                    return null
                  })
                : Promise.resolve(),
          }
        : null,
    ),
  )
}

function createForm(
  plans: readonly Plan[],
  changed: (work: () => Promise<string | null>) => Promise<void>,
): HTMLElement {
  const plan = element(
    'select',
    {},
    ...plans.map(({ name, subject }) => element('option', { value: subject }, name)),
  )
  const name = element('input', { required: '', maxlength: '100', placeholder: 'what it is for' })
  const days = element('input', { type: 'number', min: '1', max: '365', value: '90' })
  const addresses = element('input', { placeholder: 'anywhere, or 192.0.2.0/24, …' })
  const form = element(
    'form',
    { class: 'create' },
    field('Partner', plan),
    field('Name', name),
    field('Days', days),
    field('From', addresses),
    element('button', {}, 'Issue'),
  )
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const listed = addresses.value.split(/[\s,]+/).filter((each) => each !== '')
    void changed(() =>
      createToken({
        subject: plan.value,
        name: name.value,
        days: Number(days.value),
        addresses: listed.length === 0 ? null : listed,
      }),
    )
  })
  return form
}

const secretBox = (secret: string): HTMLElement =>
  element(
    'div',
    { class: 'secret' },
    element('p', {}, 'This token is shown only now. Copy it to where it is used.'),
    element('code', {}, secret),
    button('Copy', () => told(() => navigator.clipboard.writeText(secret))),
    button('Done', () => Promise.resolve(shown.replaceChildren())),
  )

const root = document.getElementById('tokens')
if (root !== null) void start(root)
