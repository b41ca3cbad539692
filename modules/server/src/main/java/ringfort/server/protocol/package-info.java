/** What bytes mean: the faces between a connection and its protocol, and HTTP/1. */
package ringfort.server.protocol;
