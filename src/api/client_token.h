/* ClientToken: a call that is repeated with the same token and the same input gets the same answer and does nothing
 * again, for 24 hours. Unique per realm, account, scope, region and operation of a product's version; refusals leave no
 * record. */
#ifndef API_CLIENT_TOKEN_H
#define API_CLIENT_TOKEN_H

#include "api/call.h"

enum client_token_answer {
	CLIENT_TOKEN_NEW,
	CLIENT_TOKEN_REPEATED, /* call->out is filled with the first answer */
	CLIENT_TOKEN_REFUSED,  /* same token, other input: call->refusal says so */
};

/* Inside the transaction of the call. */
enum client_token_answer client_token_look(struct call *call, const char *token);
void client_token_keep(struct call *call, const char *token);

#endif
