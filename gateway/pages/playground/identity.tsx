/** Who asks: a switch of demo identities in demo mode, a field for a token otherwise. */
import { useGraphiQLActions } from '@graphiql/react'
import { useState } from 'react'
import { lastAnswer } from './answers.ts'
import { loadQuestions } from './saved.ts'
import { setToken, switchTo, type PageConfig } from './session.ts'

/** Who asks at first: `/graphql` answers nobody without a token. */
export const firstIdentity = 'sales'

export function Identity({ config }: { config: PageConfig }) {
  return config.mode === 'demo' ? <DemoIdentity config={config} /> : <Token />
}

/** What stands there was somebody else's, and another caller may see another schema. */
async function renewed({
  introspect,
}: Pick<ReturnType<typeof useGraphiQLActions>, 'introspect'>): Promise<void> {
  lastAnswer.keep(null)
  await Promise.all([loadQuestions(), introspect()])
}

function DemoIdentity({ config }: { config: PageConfig }) {
  const actions = useGraphiQLActions()
  const [chosen, setChosen] = useState(firstIdentity)
  const [problem, setProblem] = useState<string | null>(null)
  const change = async (name: string) => {
    try {
      await switchTo(name)
      setChosen(name)
      setProblem(null)
      await renewed(actions)
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
    }
  }
  return (
    <label className="isthmus-identity">
      Ask as{' '}
      <select value={chosen} onChange={(event) => void change(event.target.value)}>
        {config.identities.map(({ name, label }) => (
          <option key={name} value={name}>
            {label}
          </option>
        ))}
      </select>
      {problem !== null && <span role="alert">{problem}</span>}
    </label>
  )
}

/** The token stays in memory: closing or reloading the page forgets it. */
function Token() {
  const actions = useGraphiQLActions()
  const take = async (form: FormData) => {
    const value = form.get('token')
    setToken(typeof value === 'string' ? value.trim() : '')
    await renewed(actions)
  }
  return (
    <form className="isthmus-identity" action={take}>
      <label>
        Token{' '}
        <input
          name="token"
          type="password"
          autoComplete="off"
          placeholder="paste an access token"
        />
      </label>
      <button type="submit">Use</button>
    </form>
  )
}
