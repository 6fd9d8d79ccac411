import { Component, type ReactNode } from 'react';
import { messageOf } from '../api/problem.ts';

interface Props {
  readonly children: ReactNode;
}

/** A page that broke says so; the rest of the dashboard goes on. */
export class PageFault extends Component<Props, { readonly fault: unknown }> {
  override readonly state = { fault: null };

  static getDerivedStateFromError(fault: unknown): { readonly fault: unknown } {
    return { fault };
  }

  override render(): ReactNode {
    const { fault } = this.state;
    if (fault === null) return this.props.children;
    return (
      <div className="empty" role="alert">
        <p>This page broke: {messageOf(fault)}</p>
        <p>
          <a href={location.href}>Load it again</a>
        </p>
      </div>
    );
  }
}
