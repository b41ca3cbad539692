/** Engines, workers and connections: what moves bytes between the kernel, the protocol and the handlers. */
package ringfort.server;
