/** The transport over io_uring. */
package ringfort.server.ring;
