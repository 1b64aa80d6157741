/** How a server of PostgreSQL is reached through `pg`: the same for whoever asks it. */
import { addressIn, applicationName, type AddressForm, type NetworkOptions } from './address.ts'

export const postgresqlForm: AddressForm = { protocols: ['postgresql', 'postgres'], port: 5432 }

/** Throws CONFIGURATION_INVALID where the address is none. */
export function postgresqlLogin({
  system,
  url,
  tls,
}: Pick<NetworkOptions, 'system' | 'url' | 'tls'>) {
  const address = addressIn({ system, url }, postgresqlForm)
  return {
    ...address,
    password: () => address.password, // as text, an empty one would be looked for elsewhere
    ssl: tls !== undefined && { rejectUnauthorized: true, ...definedOf(tls) },
    application_name: applicationName(system),
    keepAlive: true,
  }
}

function definedOf<T extends object>(given: T): Partial<T> {
  const defined = Object.entries(given).filter(([, value]) => value !== undefined)
  return Object.fromEntries(defined) as Partial<T> // a part of the same
}
