/* The development key: what `cleat serve --dev-key` accepts on a loopback address, and what commands sign with that are told to
 * use it. Everybody knows it. */
#ifndef BASE_DEV_KEY_H
#define BASE_DEV_KEY_H

#define DEV_KEY_ID     "cleat"
#define DEV_KEY_SECRET "cleat-secret"

#endif
