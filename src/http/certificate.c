#include "http/certificate.h"

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

#define DAY_SECONDS  86400
#define EARLY        (60 * 60) /* valid an hour before it is made: clients' clocks differ */
#define SERIAL_BYTES 16
#define CHAIN_MAX    16

void identity_finish(struct identity *identity)
{
	if (identity->key)
		explicit_bzero(identity->key, strlen(identity->key));
	free(identity->key);
	free(identity->certificate);
	*identity = (struct identity){ 0 };
}

static bool fail(char *error, size_t error_size, const char *what, int code)
{
	snprintf(error, error_size, "%s: %s", what, gnutls_strerror(code));
	return false;
}

static gnutls_datum_t datum(const char *text)
{
	return (gnutls_datum_t){ (unsigned char *)text, (unsigned)strlen(text) };
}

/* What is being made; all of it is to be freed. */
struct making {
	gnutls_x509_crt_t certificate, issuer;
	gnutls_x509_privkey_t key, issuer_key;
	int code; /* of the first call that failed: those after it are left out */
};

static void making_begin(struct making *making)
{
	*making = (struct making){ 0 };
	if (gnutls_x509_crt_init(&making->certificate) < 0 || gnutls_x509_crt_init(&making->issuer) < 0 ||
	    gnutls_x509_privkey_init(&making->key) < 0 || gnutls_x509_privkey_init(&making->issuer_key) < 0)
		abort();
}

static void making_finish(struct making *making)
{
	gnutls_x509_crt_deinit(making->certificate);
	gnutls_x509_crt_deinit(making->issuer);
	gnutls_x509_privkey_deinit(making->key);
	gnutls_x509_privkey_deinit(making->issuer_key);
}

#define TRY(making, call)                       \
	do {                                    \
		if ((making)->code >= 0)        \
			(making)->code = (call); \
	} while (0)

static void make_key(struct making *making)
{
	TRY(making, gnutls_x509_privkey_generate(making->key, GNUTLS_PK_ECDSA,
	                                         GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
}

/* What every certificate has. */
static void set_common(struct making *making, const char *name, int64_t from, int64_t until)
{
	unsigned char serial[SERIAL_BYTES];
	unsigned char id[64];
	size_t id_size = sizeof id;

	random_bytes(serial, sizeof serial);
	serial[0] = (serial[0] & 0x7f) | 0x40; /* positive, and of full length */
	TRY(making, gnutls_x509_crt_set_version(making->certificate, 3));
	TRY(making, gnutls_x509_crt_set_serial(making->certificate, serial, sizeof serial));
	TRY(making, gnutls_x509_crt_set_activation_time(making->certificate, (time_t)from));
	TRY(making, gnutls_x509_crt_set_expiration_time(making->certificate, (time_t)until));
	TRY(making, gnutls_x509_crt_set_dn_by_oid(making->certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name,
	                                          (unsigned)strlen(name)));
	TRY(making, gnutls_x509_crt_set_key(making->certificate, making->key));
	TRY(making, gnutls_x509_crt_get_key_id(making->certificate, 0, id, &id_size));
	TRY(making, gnutls_x509_crt_set_subject_key_id(making->certificate, id, id_size));
}

static char *text_of(gnutls_datum_t *data)
{
	char *text = strndup((char *)data->data, data->size);

	if (!text)
		abort();
	explicit_bzero(data->data, data->size);
	gnutls_free(data->data);
	return text;
}

/* The outcome as PEM. */
static bool hand_out(struct making *making, struct identity *ret, char *error, size_t error_size)
{
	gnutls_datum_t certificate = { 0 };
	gnutls_datum_t key = { 0 };

	TRY(making, gnutls_x509_crt_export2(making->certificate, GNUTLS_X509_FMT_PEM, &certificate));
	TRY(making, gnutls_x509_privkey_export2(making->key, GNUTLS_X509_FMT_PEM, &key));
	if (making->code < 0) {
		gnutls_free(certificate.data);
		return fail(error, error_size, "a certificate could not be made", making->code);
	}
	identity_finish(ret);
	ret->certificate = text_of(&certificate);
	ret->key = text_of(&key);
	return true;
}

bool authority_make(struct identity *ret, int64_t now, char *error, size_t error_size)
{
	struct making making;
	char mark[9];
	char name[64];
	bool made;

	/* With a name of its own: clients that trust two of them must not take one for the other. */
	random_base36(mark, sizeof mark - 1);
	snprintf(name, sizeof name, "Cleat local CA %s", mark);
	making_begin(&making);
	if (ret->key) {
		gnutls_datum_t key = datum(ret->key);

		TRY(&making, gnutls_x509_privkey_import(making.key, &key, GNUTLS_X509_FMT_PEM));
	} else {
		make_key(&making);
	}
	set_common(&making, name, now - EARLY, now + (int64_t)AUTHORITY_DAYS * DAY_SECONDS);
	/* It issues for servers, not for other authorities. */
	TRY(&making, gnutls_x509_crt_set_basic_constraints(making.certificate, 1, 0));
	TRY(&making, gnutls_x509_crt_set_key_usage(making.certificate, GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN));
	TRY(&making, gnutls_x509_crt_sign2(making.certificate, making.certificate, making.key, GNUTLS_DIG_SHA256, 0));
	made = hand_out(&making, ret, error, error_size);
	making_finish(&making);
	return made;
}

static bool belong_together(const struct identity *identity, char *error, size_t error_size)
{
	gnutls_datum_t certificate = datum(identity->certificate);
	gnutls_datum_t key = datum(identity->key);
	gnutls_certificate_credentials_t credentials;
	int code;

	if (gnutls_certificate_allocate_credentials(&credentials) < 0)
		abort();
	code = gnutls_certificate_set_x509_key_mem2(credentials, &certificate, &key, GNUTLS_X509_FMT_PEM, NULL, 0);
	gnutls_certificate_free_credentials(credentials);
	if (code == GNUTLS_E_CERTIFICATE_KEY_MISMATCH) {
		snprintf(error, error_size, "the key does not belong to the certificate");
		return false;
	}
	return code >= 0 || fail(error, error_size, "certificate and key cannot be used", code);
}

bool identity_check(const struct identity *identity, bool authority, int64_t *ret_expires, char *error, size_t error_size)
{
	gnutls_datum_t text = datum(identity->certificate);
	gnutls_x509_crt_t chain[CHAIN_MAX];
	unsigned n = CHAIN_MAX;
	bool is_authority;
	int code = gnutls_x509_crt_list_import(chain, &n, &text, GNUTLS_X509_FMT_PEM, 0);

	if (code <= 0)
		return fail(error, error_size, "the certificate cannot be read", code);
	*ret_expires = gnutls_x509_crt_get_expiration_time(chain[0]);
	is_authority = gnutls_x509_crt_get_ca_status(chain[0], NULL) > 0;
	while (n)
		gnutls_x509_crt_deinit(chain[--n]);
	if (authority && !is_authority) {
		snprintf(error, error_size, "the certificate is not one of an authority");
		return false;
	}
	return belong_together(identity, error, error_size);
}

char *certificate_first(const char *text, char *error, size_t error_size)
{
	gnutls_datum_t data = datum(text);
	gnutls_datum_t pem = { 0 };
	struct making making;

	making_begin(&making);
	TRY(&making, gnutls_x509_crt_import(making.certificate, &data, GNUTLS_X509_FMT_PEM));
	TRY(&making, gnutls_x509_crt_export2(making.certificate, GNUTLS_X509_FMT_PEM, &pem));
	making_finish(&making);
	if (making.code < 0)
		fail(error, error_size, "the certificate cannot be read", making.code);
	return making.code < 0 ? NULL : text_of(&pem);
}

static void add_name(struct making *making, const char *name)
{
	unsigned char address[sizeof(struct in6_addr)];

	if (inet_pton(AF_INET, name, address) == 1)
		TRY(making, gnutls_x509_crt_set_subject_alt_name(making->certificate, GNUTLS_SAN_IPADDRESS, address,
		                                                 sizeof(struct in_addr), GNUTLS_FSAN_APPEND));
	else if (inet_pton(AF_INET6, name, address) == 1)
		TRY(making, gnutls_x509_crt_set_subject_alt_name(making->certificate, GNUTLS_SAN_IPADDRESS, address,
		                                                 sizeof(struct in6_addr), GNUTLS_FSAN_APPEND));
	else
		TRY(making, gnutls_x509_crt_set_subject_alt_name(making->certificate, GNUTLS_SAN_DNSNAME, name,
		                                                 (unsigned)strlen(name), GNUTLS_FSAN_APPEND));
}

static void set_issuer(struct making *making, const struct identity *authority)
{
	gnutls_datum_t certificate = datum(authority->certificate);
	gnutls_datum_t key = datum(authority->key);
	unsigned char id[64];
	size_t id_size = sizeof id;

	TRY(making, gnutls_x509_crt_import(making->issuer, &certificate, GNUTLS_X509_FMT_PEM));
	TRY(making, gnutls_x509_privkey_import2(making->issuer_key, &key, GNUTLS_X509_FMT_PEM, NULL, 0));
	TRY(making, gnutls_x509_crt_get_key_id(making->issuer, 0, id, &id_size));
	TRY(making, gnutls_x509_crt_set_authority_key_id(making->certificate, id, id_size));
}

bool certificate_issue(const struct identity *authority, const char *const *names, size_t n_names, int64_t now,
                       struct identity *ret, char *error, size_t error_size)
{
	int64_t until = now + (int64_t)CERTIFICATE_DAYS * DAY_SECONDS;
	struct making making;
	int64_t last;
	bool made;
	size_t i;

	making_begin(&making);
	make_key(&making);
	set_issuer(&making, authority);
	last = making.code < 0 ? until : gnutls_x509_crt_get_expiration_time(making.issuer);
	set_common(&making, "Cleat", now - EARLY, until < last ? until : last);
	for (i = 0; i < n_names; i++)
		add_name(&making, names[i]);
	TRY(&making, gnutls_x509_crt_set_basic_constraints(making.certificate, 0, -1));
	TRY(&making, gnutls_x509_crt_set_key_usage(making.certificate, GNUTLS_KEY_DIGITAL_SIGNATURE));
	TRY(&making, gnutls_x509_crt_set_key_purpose_oid(making.certificate, GNUTLS_KP_TLS_WWW_SERVER, 0));
	TRY(&making, gnutls_x509_crt_sign2(making.certificate, making.issuer, making.issuer_key, GNUTLS_DIG_SHA256, 0));
	made = hand_out(&making, ret, error, error_size);
	making_finish(&making);
	return made;
}
