/* The address of the network card that every instance has, for all that show it: it follows from the instance's id, so that
 * it is the same everywhere and always. Which APIs show the card is theirs to say. */
#ifndef API_NETWORK_CARD_H
#define API_NETWORK_CARD_H

#include "base/arena.h"

/* "00:16:3e:xx:xx:xx"; in the arena. */
const char *network_card_mac(struct arena *arena, const char *instance);

#endif
