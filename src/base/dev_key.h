/* Keys that everybody knows. The development key: what `cleat serve --dev-key` accepts on a loopback address, and what commands sign with that are told to
 * use it. */
#ifndef BASE_DEV_KEY_H
#define BASE_DEV_KEY_H

#define DEV_KEY_ID     "cleat"
#define DEV_KEY_SECRET "cleat-secret"

/* What the id of a key begins with that `cleat serve --accounts auto` gives an account of its own; its secret is the same. */
#define OWN_KEY_PREFIX "test-"

#endif
