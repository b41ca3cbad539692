/**
 * What the transports ring and poll share of Linux: listening sockets, descriptors, native send buffers, the worker's thread.
 */
package ringfort.server.linux;
