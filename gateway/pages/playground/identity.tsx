/** Who asks: a switch of demo identities in demo mode, a field for a token otherwise. */
import { useGraphiQLActions } from '@graphiql/react'
import { useState } from 'react'
import { setToken, switchTo, type PageConfig } from './session.ts'

export const firstIdentity = 'sales'

export function Identity({ mode, identities }: PageConfig) {
  const actions = useGraphiQLActions()
  const [chosen, setChosen] = useState(firstIdentity)
  const change = async (name: string) => {
    setChosen(name)
    await switchTo(name)
    await actions.introspect()
  }
  if (mode === 'demo') {
    return (
      <label className="isthmus-identity">
        Ask as{' '}
        <select
          value={chosen}
          onChange={(event) => void change(event.target.value)}
          aria-label="Ask as"
        >
          {identities.map(({ name, label }) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
      </label>
    )
  }
  const take = async (value: string) => {
    setToken(value.trim())
    await actions.introspect()
  }
  return (
    <label className="isthmus-identity">
      Token{' '}
      <input
        type="password"
        autoComplete="off"
        onBlur={(event) => void take(event.target.value)}
        aria-label="Token"
      />
    </label>
  )
}
