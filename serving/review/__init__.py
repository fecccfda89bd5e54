"""The review application: caseworkers order, overrule and answer; its database is the record of what people do."""
