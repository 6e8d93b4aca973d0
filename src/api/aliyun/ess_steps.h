/* Steps of scaling rules: which instances a metric that is far from its threshold asks for. The vendor's words for steps that
 * make no whole; not what a rule does with them (core/scaling_scale.c). */
#ifndef API_ALIYUN_ESS_STEPS_H
#define API_ALIYUN_ESS_STEPS_H

#include "api/call.h"

#define ESS_STEPS_MAX  20
#define ESS_STEPS_READ 40 /* more are no rule's: refused before they are looked at */

extern const struct shape ess_step_shape;

/* "LOWER:UPPER:VALUE,...", as contract/scaling.h keeps them; NULL: none are given. False, refused: a bound is no number, or the
 * steps do not fit together (page CreateScalingRule, error codes). */
bool ess_steps_text(struct call *call, const struct items *items, const char **ret);

#define ESS_ROWS_STEPS                                                                                                      \
	{ REFUSE_SCALING_STEPS_LIMIT, 400, "InvalidStepAdjustments.MaxNum",                                                 \
	  "Your scaling rule can have at most %s StepAdjustments.", NULL },                                                 \
	{ REFUSE_SCALING_STEP_UNBOUND, 400, "InvalidStepAdjustments.BothNull",                                              \
	  "Both lower and upper bounds of a StepAdjustment can not be left unspecified.", NULL },                           \
	{ REFUSE_SCALING_STEP_ORDER, 400, "InvalidStepAdjustments.LowerGtUpper",                                            \
	  "LowerBound must be less than the UpperBound for StepAdjustment :%s.", NULL },                                    \
	{ REFUSE_SCALING_STEPS_LOWER_TWICE, 400, "InvalidStepAdjustments.MultipleNullLowerBound",                           \
	  "At most one StepAdjustment may have an unspecified lower bound.", NULL },                                        \
	{ REFUSE_SCALING_STEPS_UPPER_TWICE, 400, "InvalidStepAdjustments.MultipleNullUpperBound",                           \
	  "At most one StepAdjustment may have an unspecified upper bound.", NULL },                                        \
	{ REFUSE_SCALING_STEPS_OVERLAP, 400, "InvalidStepAdjustments.Overlap",                                              \
	  "StepAdjustment intervals can not overlap.", NULL },                                                              \
	{ REFUSE_SCALING_STEPS_GAP, 400, "InvalidStepAdjustments.Gap",                                                      \
	  "StepAdjustment intervals can not have gaps between them.", NULL },                                               \
	{ REFUSE_SCALING_STEPS_LOWER_NONE, 400, "InvalidStepAdjustments.NoNullLowerBound",                                  \
	  "There must be a StepAdjustment with an unspecified lower bound when one StepAdjustment has a negative lower bound.", \
	  NULL },                                                                                                           \
	{ REFUSE_SCALING_STEPS_UPPER_NONE, 400, "InvalidStepAdjustments.NoNullUpperBound",                                  \
	  "There must be a StepAdjustment with an unspecified upper bound when one StepAdjustment has a positive upper bound.", \
	  NULL }

#endif
