/** A request and its response, and all that runs its handler: what the worker and the handler's thread share. */
package ringfort.server.exchange;
