import { lexer, type Token, type Tokens } from 'marked'
import { createElement, Fragment, useMemo, type ReactNode } from 'react'
import { CodeBlock } from './code.tsx'
import styles from './markdown.module.css'

/** Markdown as React elements. HTML in it is shown as text and script links are dropped. */
export function Markdown({ text }: { readonly text: string }): ReactNode {
  const tokens = useMemo(() => lexer(text), [text])
  return <div className={styles['markdown']}>{tokens.map(block)}</div>
}

function safeHref(href: string): string | undefined {
  return /^(?:https?:|mailto:|#|\/(?!\/)|[\w./-]+$)/i.test(href) ? href : undefined
}

function inline(tokens: readonly Token[] | undefined): ReactNode {
  return (tokens ?? []).map((token, index) => <Fragment key={index}>{inlineOne(token)}</Fragment>)
}

const wraps: Readonly<Record<string, string>> = { strong: 'strong', em: 'em', del: 'del' }

function inlineOne(token: Token): ReactNode {
  const tag = wraps[token.type]
  if (tag !== undefined) return createElement(tag, {}, inline((token as Tokens.Strong).tokens))
  switch (token.type) {
    case 'link': {
      const link = token as Tokens.Link
      return (
        <a href={safeHref(link.href)} rel="noreferrer">
          {inline(link.tokens)}
        </a>
      )
    }
    case 'image': {
      const image = token as Tokens.Image
      return image.href.startsWith('data:image/') ? (
        <img src={image.href} alt={image.text} style={{ maxWidth: '100%' }} />
      ) : (
        <span className="muted">[image: {image.text || image.href}]</span>
      )
    }
    case 'codespan':
      return <code>{(token as Tokens.Codespan).text}</code>
    case 'br':
      return <br />
    case 'text': {
      const text = token as Tokens.Text
      return text.tokens === undefined ? unescape(text.text) : inline(text.tokens)
    }
    default:
      return unescape('raw' in token ? token.raw : '')
  }
}

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
}

function unescape(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? entity)
}

function block(token: Token, index: number): ReactNode {
  switch (token.type) {
    case 'space':
    case 'def':
      return null
    case 'heading': {
      const heading = token as Tokens.Heading
      // The page has its own h1, so a document's begin at h2.
      const level = Math.min(6, heading.depth + 1)
      return createElement(`h${level}`, { key: index }, inline(heading.tokens))
    }
    case 'code':
      return <CodeBlock key={index} text={(token as Tokens.Code).text} />
    case 'blockquote':
      return <blockquote key={index}>{(token as Tokens.Blockquote).tokens.map(block)}</blockquote>
    case 'list':
      return <List key={index} list={token as Tokens.List} />
    case 'table':
      return <Table key={index} table={token as Tokens.Table} />
    case 'hr':
      return <hr key={index} />
    case 'paragraph':
      return <p key={index}>{inline((token as Tokens.Paragraph).tokens)}</p>
    default:
      return <p key={index}>{inlineOne(token)}</p>
  }
}

function List({ list }: { readonly list: Tokens.List }): ReactNode {
  const items = list.items.map((item, index) => (
    <li key={index}>
      {item.task && <input type="checkbox" checked={item.checked ?? false} readOnly disabled />}
      {item.tokens.map((token, at) =>
        token.type === 'text' ? <Fragment key={at}>{inlineOne(token)}</Fragment> : block(token, at),
      )}
    </li>
  ))
  return list.ordered ? <ol start={Number(list.start) || 1}>{items}</ol> : <ul>{items}</ul>
}

function Table({ table }: { readonly table: Tokens.Table }): ReactNode {
  return (
    <div className={styles['scroll']}>
      <table>
        <thead>
          <tr>
            {table.header.map((cell, index) => (
              <th key={index}>{inline(cell.tokens)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, at) => (
                <td key={at}>{inline(cell.tokens)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
