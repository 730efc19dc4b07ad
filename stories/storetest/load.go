package storetest

var loadTests = []test{}
var beginTests = []test{}
