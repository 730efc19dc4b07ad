package stories

// PassedOn is what became of it that a message was to go on to the channels that follow
// its own.
type PassedOn struct {
	State  DeliveryState // of the delivery of OpPublish
	Reason string        // why it was not, in words
}
