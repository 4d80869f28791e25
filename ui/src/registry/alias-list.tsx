import { useState, type FormEvent, type ReactNode } from 'react'
import { Button, IconButton } from '../kit/button.tsx'
import { Field, Input } from '../kit/field.tsx'
import { Panel, Section } from '../kit/page.tsx'
import { Badge } from '../kit/status.tsx'
import { sayUndoable } from '../kit/toast.tsx'
import { useSetAlias } from './use-describe.ts'
import type { ModelVersion } from './wire.ts'
import styles from './version-page.module.css'

/** The aliases of a version; one that another version has moves here. */
export function AliasList({ version }: { readonly version: ModelVersion }): ReactNode {
  const { name, version: number, aliases = [] } = version
  const [typed, setTyped] = useState('')
  const setAlias = useSetAlias(name)
  const add = (event: FormEvent) => {
    event.preventDefault()
    const alias = typed.trim().replace(/^@/, '')
    if (alias === '') return
    setAlias.mutate({ alias, version: number }, { onSuccess: () => setTyped('') })
  }
  const remove = (alias: string) => {
    const undo = () => setAlias.mutate({ alias, version: number })
    setAlias.mutate(
      { alias },
      { onSuccess: () => sayUndoable(`@${alias} is taken from v${number}`, undo) },
    )
  }
  return (
    <Section title="Aliases" note={aliases.length === 0 ? 'none yet' : undefined}>
      <Panel>
        {aliases.map((alias) => (
          <div key={alias} className={styles['alias']}>
            <Badge tone="accent">@{alias}</Badge>
            <IconButton
              icon="close"
              small
              label={`Take @${alias} away`}
              onClick={() => remove(alias)}
            />
          </div>
        ))}
        <form className={styles['addAlias']} onSubmit={add}>
          <Field label="New alias">
            {(id) => (
              <Input
                id={id}
                placeholder="champion"
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
              />
            )}
          </Field>
          <Button
            type="submit"
            icon="plus"
            busy={setAlias.isPending}
            refusal={typed.trim() === '' ? 'Give the alias a name first' : undefined}
          >
            Add
          </Button>
        </form>
      </Panel>
    </Section>
  )
}
