/** The transport over epoll. */
package ringfort.server.poll;
