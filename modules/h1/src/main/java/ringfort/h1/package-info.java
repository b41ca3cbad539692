/** HTTP/1.1 without input or output. */
package ringfort.h1;
