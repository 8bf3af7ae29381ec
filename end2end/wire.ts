// The way between a page and its server, which tests can cut.
import type { Page, WebSocketRoute } from '@playwright/test';

/** Route it before the page is opened. */
export class Wire {
  private sockets: [WebSocketRoute, WebSocketRoute][] = [];
  private isCut = false;
  /** Frames that a new socket lets through before it breaks; none means all. */
  frames: (() => number) | undefined;
  breaks = 0;

  static async to(page: Page): Promise<Wire> {
    const wire = new Wire();
    await page.routeWebSocket('**/live', (socket) => wire.route(socket));
    return wire;
  }

  private route(socket: WebSocketRoute): void {
    if (this.isCut) {
      void socket.close({ code: 4000 });
      return;
    }
    const server = socket.connectToServer();
    this.sockets.push([socket, server]);
    let left = this.frames?.();
    server.onMessage((message) => {
      if (left !== undefined && left-- <= 0) {
        this.breaks++;
        left = Number.POSITIVE_INFINITY;
        void socket.close({ code: 4000 });
        void server.close({ code: 4000 });
        return;
      }
      if (left !== Number.POSITIVE_INFINITY) socket.send(message);
    });
  }

  async cut(): Promise<void> {
    this.isCut = true;
    for (const [socket, server] of this.sockets.splice(0)) {
      await socket.close({ code: 4000 });
      await server.close({ code: 4000 });
    }
  }

  mend(): void {
    this.isCut = false;
  }
}
