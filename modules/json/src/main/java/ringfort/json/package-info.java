/** JSON for handlers, by Jackson. */
package ringfort.json;
