/** The PROXY protocol before everything else: a balancer names the client of each connection. */
package ringfort.server.proxy;
