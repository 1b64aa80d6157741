/**
 * The demo identities and their tokens. Exist in demo mode only, on loopback only: the secret is made
 * on the first start and kept in the data folder, readable by its owner alone.
 */
import jwt from 'jsonwebtoken'
import { dataSecret } from '../data-secret.ts'

export const demoIssuer = 'isthmus-demo'
export const demoAudience = 'isthmus'

/** Name on the command line → who that is. */
export const demoIdentities = {
  sales: { subject: 'mei.lin', label: 'Sales rep' },
  finance: { subject: 'wei.chen', label: 'Finance clerk' },
  hr: { subject: 'ana.hsu', label: 'HR manager' },
  reports: { subject: 'rita.wu', label: 'Report builder' },
  partner: { subject: 'partner:harbour-distribution', label: 'Partner' },
  agency: { subject: 'partner:north-agency', label: 'Regional agency' },
  admin: { subject: 'kao.admin', label: 'Administrator' },
} as const

export type DemoIdentity = keyof typeof demoIdentities

export const isDemoIdentity = (name: string): name is DemoIdentity =>
  Object.hasOwn(demoIdentities, name)

/** The secret of a data folder. */
export const demoSecret = (data: string): string => dataSecret(data, 'secret')

/** A token of a demo identity, good for eight hours. */
export const demoToken = (identity: DemoIdentity, secret: string): string =>
  jwt.sign({}, secret, {
    algorithm: 'HS256',
    issuer: demoIssuer,
    audience: demoAudience,
    subject: demoIdentities[identity].subject,
    expiresIn: '8h',
    notBefore: 0,
  })
