/** HTTP/2 for servers, without input or output. */
package ringfort.h2;
